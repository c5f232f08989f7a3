"""Ways to more rights, and to the kernel's more adventurous parts."""

from __future__ import annotations

import ctypes
import mmap
import os

from .calls import Scene, checked, libc, number

NEW_USERS, CAPABILITIES = 0x10000000, 0x20080522  # of unshare; the third version of capget's header
OPEN_FILE_SYSTEM, IO_URING = 430, 425
# keyctl and bpf have other numbers from one architecture to the next.
KEYCTL, BPF = (250, 219), (321, 280)
SESSION_KEYRING = -3
# mov eax, 20; int 0x80; ret: getpid by the calls of 32-bit programs, which have numbers of their own.
OLD_GETPID = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"


def superuser(scene: Scene) -> None:
    """Becomes the superuser (setuid)."""
    os.setuid(0)


def capabilities(scene: Scene) -> bool:
    """Has some of the superuser's rights (capabilities)."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    sets = (ctypes.c_uint32 * 6)()
    checked(libc().capget(header, sets))
    return bool(sets[0] or sets[3])  # those in effect, in two halves


def root_folder(scene: Scene) -> None:
    """Gets another root folder (chroot)."""
    os.chroot("/")


def mount(scene: Scene) -> bool:
    """Begins to mount a file system (fsopen)."""
    return bool(_call(OPEN_FILE_SYSTEM, b"tmpfs", 0))


def namespace(scene: Scene) -> None:
    """Becomes superuser of users of its own (a user namespace)."""
    checked(libc().unshare(NEW_USERS))


def keys(scene: Scene) -> bool:
    """Reaches the kernel's store of keys (keyctl)."""
    return bool(_call(number(*KEYCTL), 0, SESSION_KEYRING, 1))


def programs(scene: Scene) -> bool:
    """Loads a program into the kernel (bpf)."""
    # The least map there is: an array of one byte.
    array = (ctypes.c_uint32 * 20)(2, 4, 1, 1)
    return bool(_call(number(*BPF), 0, array, ctypes.sizeof(array)))


def rings(scene: Scene) -> bool:
    """Makes calls that no filter sees (io_uring)."""
    return bool(_call(IO_URING, 1, (ctypes.c_uint32 * 64)()))


def personality(scene: Scene) -> None:
    """Changes how the kernel treats it (personality)."""
    checked(libc().personality(ctypes.c_ulong(0x0040000)))  # addresses without randomness


def old_calls(scene: Scene) -> bool:
    """Makes calls as a 32-bit program."""
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(OLD_GETPID)
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return bool(ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid())


def _call(number: int, *arguments: object) -> int:
    return checked(libc().syscall(number, *arguments))
