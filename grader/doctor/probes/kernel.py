"""Ways to more of the kernel than an exercise's share, and to leave something in it."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import signal
import time
from contextlib import suppress

from ..worker import Scene, call, checked, libc

KIND = "limits"  # ways to use more than an exercise's share

MIB = 1 << 20
MANY = 4_096  # descriptors, as many as most systems allow
# Calls without a name in every build of Python, by their numbers on x86_64 and aarch64.
SET_LIMIT = (160, 164)
UNNAMED_FILE = (319, 279)
CONTEXTS = (206, 0)
TIMERS = (222, 107)
LOCK = (149, 228)
KEYCTL = (250, 219)


def memory(scene: Scene) -> bool:
    """Takes more memory than its limit."""
    return bool(bytearray(scene["memory"]))


def mapping(scene: Scene) -> bool:
    """Maps more memory than its limit."""
    with mmap.mmap(-1, scene["memory"]) as mapped:
        return bool(len(mapped) == scene["memory"])


def loop(scene: Scene) -> None:
    """Computes for longer than its limit."""
    while time.process_time() < scene["seconds"]:
        pass


def stubborn_loop(scene: Scene) -> None:
    """Computes for longer than its limit, and ignores the signal that says so."""
    for number in (signal.SIGXCPU, signal.SIGPROF, signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    loop(scene)


def sleep(scene: Scene) -> None:
    """Waits for longer than its limit."""
    time.sleep(scene["seconds"])


def disk(scene: Scene) -> bool:
    """Fills a disk."""
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
        path = os.path.join(folder, scene["token"])
        with suppress(OSError):
            try:
                with open(path, "wb") as file:
                    return file.write(bytes(MIB)) == MIB
            finally:
                os.unlink(path)
    return False


def unnamed_file(scene: Scene) -> bool:
    """Fills memory with a file that has no name (memfd)."""
    fd = call(UNNAMED_FILE, b"x", 0)
    return os.write(fd, bytes(MIB)) == MIB


def descriptors(scene: Scene) -> bool:
    """Opens five hundred files."""
    opened: list[int] = []
    try:
        for _ in range(500):
            opened.append(os.open("/dev/null", os.O_RDONLY))
        return True
    finally:
        for fd in opened:
            os.close(fd)


def contexts(scene: Scene) -> None:
    """Takes of what the whole machine has for reading and writing at once (io_setup)."""
    call(CONTEXTS, 1, ctypes.byref(ctypes.c_ulong(0)))


def timers(scene: Scene) -> None:
    """Takes of the signals that all of a user's processes share (timer_create)."""
    call(TIMERS, time.CLOCK_MONOTONIC, None, ctypes.byref(ctypes.c_int(0)))


def pipes(scene: Scene) -> bool:
    """Takes of the room for pipes that all of a user's processes share."""
    return bool(os.pipe())


def locked(scene: Scene) -> None:
    """Keeps memory that nothing else can have then (mlock)."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    call(LOCK, ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(page))), mmap.PAGESIZE)


def more(scene: Scene) -> bool:
    """Raises a limit (prlimit)."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (MANY, MANY))
    except ValueError as error:
        raise PermissionError(errno.EPERM, str(error)) from None
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] == MANY


def more_the_old_way(scene: Scene) -> None:
    """Raises a limit (setrlimit)."""
    call(SET_LIMIT, resource.RLIMIT_NOFILE, (ctypes.c_ulong * 2)(MANY, MANY))


KIND = "privileges"  # ways to more rights, and to the kernel's more adventurous parts

NEW_USERS, CAPABILITIES = 0x10000000, 0x20080522  # of unshare; the third version of capget's header
OPEN_FILE_SYSTEM, IO_URING = 430, 425
BPF = (321, 280)
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
    return bool(call(OPEN_FILE_SYSTEM, b"tmpfs", 0))


def namespace(scene: Scene) -> None:
    """Becomes superuser of users of its own (a user namespace)."""
    checked(libc().unshare(NEW_USERS))


def keys(scene: Scene) -> bool:
    """Reaches the kernel's store of keys (keyctl)."""
    return bool(call(KEYCTL, 0, SESSION_KEYRING, 1))


def programs(scene: Scene) -> bool:
    """Loads a program into the kernel (bpf)."""
    # The least map there is: an array of one byte.
    array = (ctypes.c_uint32 * 20)(2, 4, 1, 1)
    return bool(call(BPF, 0, array, ctypes.sizeof(array)))


def rings(scene: Scene) -> bool:
    """Makes calls that no filter sees (io_uring)."""
    return bool(call(IO_URING, 1, (ctypes.c_uint32 * 64)()))


def personality(scene: Scene) -> None:
    """Changes how the kernel treats it (personality)."""
    checked(libc().personality(ctypes.c_ulong(0x0040000)))  # addresses without randomness


def old_calls(scene: Scene) -> bool:
    """Makes calls as a 32-bit program."""
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(OLD_GETPID)
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return bool(ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid())


KIND = "leftovers"  # ways to leave something behind: in the second turn another submission looks for it

CREATE = 0o1000  # IPC_CREAT
ADD_KEY, MQ_OPEN = (248, 217), (240, 180)
USER_KEYRING, SEARCH, EXPIRE = -4, 10, 15


def process(scene: Scene) -> bool:
    """Leaves a process behind."""
    if scene["turn"] == 1 and not os.fork():
        os.setsid()
        if not os.fork():
            time.sleep(scene["seconds"])
        os._exit(0)
    return False  # that it is there is seen from outside


def file(scene: Scene) -> bool:
    """Leaves a file for the next submission."""
    paths = [os.path.join(folder, scene["token"]) for folder in (".", "/tmp", "/dev/shm", "/var/tmp")]
    if scene["turn"] == 2:
        return any(map(os.path.exists, paths))
    os.umask(0)
    for path in paths:
        with suppress(OSError), open(path, "x"):
            pass
    return False


def shared_memory(scene: Scene) -> bool:
    """Leaves shared memory for the next submission (shmget)."""
    flags = 0o666 | (CREATE if scene["turn"] == 1 else 0)
    return _is_left(libc().shmget(scene["key"], 4096, flags), scene)


def semaphores(scene: Scene) -> bool:
    """Leaves a semaphore for the next submission (semget)."""
    flags = 0o666 | (CREATE if scene["turn"] == 1 else 0)
    return _is_left(libc().semget(scene["key"], 1, flags), scene)


def messages(scene: Scene) -> bool:
    """Leaves a message queue for the next submission (msgget)."""
    flags = 0o666 | (CREATE if scene["turn"] == 1 else 0)
    return _is_left(libc().msgget(scene["key"], flags), scene)


def named_messages(scene: Scene) -> bool:
    """Leaves a message queue with a name for the next submission (mq_open)."""
    os.umask(0)
    flags = os.O_RDWR | (os.O_CREAT if scene["turn"] == 1 else 0)
    return _is_left(call(MQ_OPEN, scene["token"].encode(), flags, 0o666, None), scene)


def key(scene: Scene) -> bool:
    """Leaves a key for the next submission (add_key)."""
    name = scene["token"].encode()
    if scene["turn"] == 1:
        left = call(ADD_KEY, b"user", name, b"x", 1, USER_KEYRING)
        call(KEYCTL, EXPIRE, left, 60)
        return False
    return _is_left(call(KEYCTL, SEARCH, USER_KEYRING, b"user", name, 0), scene)


def _is_left(result: int, scene: Scene) -> bool:
    checked(result)
    return bool(scene["turn"] == 2)
