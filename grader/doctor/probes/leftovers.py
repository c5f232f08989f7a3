"""Ways to leave something behind: in the first turn it is left, in the second another submission looks."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from .calls import Scene, checked, libc, number

CREATE = 0o1000  # IPC_CREAT
# Their numbers on x86_64 and aarch64.
ADD_KEY, KEYCTL, MQ_OPEN = (248, 217), (250, 219), (240, 180)
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
    opened = libc().syscall(number(*MQ_OPEN), scene["token"].encode(), flags, 0o666, None)
    return _is_left(opened, scene)


def key(scene: Scene) -> bool:
    """Leaves a key for the next submission (add_key)."""
    add, control = number(*ADD_KEY), number(*KEYCTL)
    name = scene["token"].encode()
    if scene["turn"] == 1:
        left = checked(libc().syscall(add, b"user", name, b"x", 1, USER_KEYRING))
        checked(libc().syscall(control, EXPIRE, left, 60))
        return False
    return _is_left(libc().syscall(control, SEARCH, USER_KEYRING, b"user", name, 0), scene)


def _is_left(result: int, scene: Scene) -> bool:
    checked(result)
    return bool(scene["turn"] == 2)
