"""Ways to use more than an exercise's share."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import signal
import time
from contextlib import suppress

from .calls import Scene, checked, libc

MIB = 1 << 20
MANY = 4_096  # descriptors, as many as most systems allow
# Calls without a name in every build of Python.
SET_LIMIT = {"x86_64": 160, "aarch64": 164}
UNNAMED_FILE = {"x86_64": 319, "aarch64": 279}
CONTEXTS = {"x86_64": 206, "aarch64": 0}
TIMERS = {"x86_64": 222, "aarch64": 107}
LOCK = {"x86_64": 149, "aarch64": 228}


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
    fd = _call(UNNAMED_FILE, b"x", 0)
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
    _call(CONTEXTS, 1, ctypes.byref(ctypes.c_ulong(0)))


def timers(scene: Scene) -> None:
    """Takes of the signals that all of a user's processes share (timer_create)."""
    _call(TIMERS, time.CLOCK_MONOTONIC, None, ctypes.byref(ctypes.c_int(0)))


def pipes(scene: Scene) -> bool:
    """Takes of the room for pipes that all of a user's processes share."""
    return bool(os.pipe())


def locked(scene: Scene) -> None:
    """Keeps memory that nothing else can have then (mlock)."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    _call(LOCK, ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(page))), mmap.PAGESIZE)


def more(scene: Scene) -> bool:
    """Raises a limit (prlimit)."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (MANY, MANY))
    except ValueError as error:
        raise PermissionError(errno.EPERM, str(error)) from None
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] == MANY


def more_the_old_way(scene: Scene) -> None:
    """Raises a limit (setrlimit)."""
    _call(SET_LIMIT, resource.RLIMIT_NOFILE, (ctypes.c_ulong * 2)(MANY, MANY))


def _call(numbers: dict[str, int], *arguments: object) -> int:
    return checked(libc().syscall(numbers[os.uname().machine], *arguments))
