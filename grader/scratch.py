"""What is there for a while only: files under way and temporary folders, which go however their process ends.

Each has a name of ours and is locked by whoever makes it. The lock ends with the process, also by kill -9, so
what is found unlocked has nobody left who needs it, and whoever comes next removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from grader.errors import MachineError

UNFINISHED = re.compile(r"\..*\.[0-9a-f]{16}\.nanograd", re.DOTALL)
PATIENCE = 60.0  # seconds that somebody else may take for what is made once
SCRATCH = re.compile(r"nanograd-[a-z]+-[0-9a-f]{16}")


class Scratch:
    """A new folder for a while, which only this user may enter.

    path: its place. It goes with remove(), or else when another process makes one.
    Raises MachineError where there is no room for it.
    """

    def __init__(self, kind: str) -> None:
        try:
            above = Path(tempfile.gettempdir())
            _cleared_once(above, SCRATCH)
            self.path, self._lock = _new_folder(lambda: above / f"nanograd-{kind}-{token_hex(8)}", 0o700)
        except OSError as error:
            raise MachineError(
                f"cannot make a temporary folder: {error.strerror}",
                "make room, or set TMPDIR to another folder",
            ) from None

    def remove(self) -> None:
        """Remove it, whatever has been made of it; may be called more than once."""
        if self._lock >= 0:
            removed(self.path)
            os.close(self._lock)
            self._lock = -1


def unfinished_file(place: Path, mode: int = 0o666) -> tuple[Path, BinaryIO]:
    """A new file beside a place, and the stream that writes and locks it; raises OSError."""
    while True:
        half = _unfinished(place)
        stream = open(half, "xb", opener=partial(os.open, mode=mode))  # noqa: SIM115 (its user closes it)
        if _is_ours(stream.fileno(), half):
            return half, stream
        stream.close()


def unfinished_folder(place: Path) -> tuple[Path, int]:
    """A new folder beside a place, and the descriptor that locks it; raises OSError."""
    return _new_folder(lambda: _unfinished(place), 0o777)


@contextmanager
def turn(place: Path) -> Iterator[None]:
    """Alone with what is to be made for a place; who has waited a minute goes on, alone or not."""
    handle, deadline = None, time.monotonic() + PATIENCE
    with suppress(OSError):  # a folder or a disk without locks: then it may be made twice
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = place.with_name(f".turn.{blake2b(place.name.encode(), digest_size=8).hexdigest()}.nanograd")
        while handle is None and time.monotonic() < deadline:
            handle = _locked_now(lock)
            if handle is None:
                time.sleep(0.05)
    try:
        yield
    finally:
        if handle is not None:
            with suppress(OSError):
                lock.unlink()
            os.close(handle)


def clear(folder: Path, names: re.Pattern[str] = UNFINISHED) -> None:
    """Remove what ended processes of this user left in a folder, and nothing else."""
    with suppress(OSError), os.scandir(folder) as entries:
        for path in [Path(entry.path) for entry in entries if names.fullmatch(entry.name)]:
            _clear_away(path)


def clear_scratch() -> None:
    """Remove the temporary folders that ended processes of this user left; looked for once."""
    with suppress(OSError):
        _cleared_once(Path(tempfile.gettempdir()), SCRATCH)


def removed(path: Path) -> None:
    """Remove a folder whatever has been made of it: deep trees, links, a file in its place."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return
    except OSError:
        # rm follows no link and knows no recursion limit.
        subprocess.run(["/bin/rm", "-rf", "--", path], check=False, stderr=subprocess.DEVNULL)


@cache
def _cleared_once(folder: Path, names: re.Pattern[str]) -> None:
    clear(folder, names)


def _clear_away(path: Path) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                removed(path) if path.is_dir() else path.unlink()
        finally:
            os.close(handle)


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name[:40]}.{token_hex(8)}.nanograd")


def _new_folder(named: Callable[[], Path], mode: int) -> tuple[Path, int]:
    """A folder by the first such name that stays, and a descriptor that locks it."""
    while True:
        path = named()
        path.mkdir(mode)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if _is_ours(handle, path):
            return path, handle
        os.close(handle)


def _locked_now(path: Path) -> int | None:
    """A descriptor that locks a file, made if need be; None where somebody else has it. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_ours(handle, path):
            return handle
    os.close(handle)
    return None


def _is_ours(handle: int, path: Path) -> bool:
    """Lock what was just made; whether it is still there, for it may have been found before it was locked."""
    with suppress(OSError):  # a disk without locks: nothing can be told there, and so nothing is cleared
        fcntl.flock(handle, fcntl.LOCK_EX)
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.lstat())
    return False
