"""Files and folders: opened with care, written whole or not at all, or there for a while only.

whole_file and whole_folder are for the places that a user names; replaced and added for places of ours.

Each has a name of ours and is locked by whoever makes it. The lock ends with the process, also by kill -9, so
what is found unlocked has nobody left who needs it, and whoever comes next removes it.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from errno import EACCES, EBUSY, EEXIST, ENOENT
from functools import cache, partial
from hashlib import blake2b
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from grader.errors import NO_ROOM, MachineError, UsageError, unwritable

try:
    import fcntl
except ImportError:  # Windows locks a file's bytes, and no folders
    fcntl = None  # type: ignore[assignment]

try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]

# What Windows does not have is nothing there; only there a file would be a text unless it is said otherwise.
BINARY, CLOEXEC, DIRECTORY, NOCTTY, NOFOLLOW, NONBLOCK = (
    getattr(os, f"O_{name}", 0)
    for name in ("BINARY", "CLOEXEC", "DIRECTORY", "NOCTTY", "NOFOLLOW", "NONBLOCK")
)
# Where a pipe lies in a file's place, nobody waits for it.
READ = os.O_RDONLY | BINARY | NONBLOCK | CLOEXEC


@contextmanager
def whole_file(to: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of what is there once everything is written.

    A link is followed and permissions stay; a pipe, a device or a descriptor is handed the bytes at the end.
    Raises UsageError where it cannot be written, MachineError where there is no room; a file that was there
    is then as it was.
    """
    with _said(to):
        _refuse_folder(to)
        place = to.resolve()
        if _takes_bytes(to) or not _may_replace(place):
            kept = io.BytesIO()
            yield kept
            _hand_over(kept, to)
        else:
            with _beside(place, durable=True) as stream:
                yield stream


def refuse_unwritable(to: Path) -> None:
    """Raise UsageError where whole_file() could not write; whatever is there stays as it is."""
    with _said(to):
        _refuse_folder(to)
        if not _takes_bytes(to):
            _may_replace(to.resolve())


@contextmanager
def whole_folder(to: Path) -> Iterator[Path]:
    """A new folder to fill, which becomes the one asked for once everything is in it.

    Raises UsageError where there is something already, or where it cannot be written, and MachineError where
    there is no room.
    """
    place = to.resolve()
    with _said(to):
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise UsageError(f"{to} is there already, and not an empty folder", "choose a new folder")
        place.parent.mkdir(parents=True, exist_ok=True)
        clear(place.parent)
        half, lock = unfinished_folder(place)
        try:
            yield half
            lock = _unlocked(lock) if not fcntl else lock
            if not fcntl and place.is_dir():
                place.rmdir()  # an empty folder's place is not taken there
            os.replace(half, place)
        finally:
            removed(half)
            _unlocked(lock)


def replaced(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Put a file in the place of a file or a link; raises OSError, and what was there stays then.

    mode: its permissions, less the umask, where there is no file yet.
    """
    with _beside(path, mode=mode) as stream:
        stream.write(data)


def added(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write a file that is not there yet; raises OSError, FileExistsError where it is, and adds nothing then.

    mode: its permissions, less the umask.
    """
    with _beside(path, new=True, mode=mode) as stream:
        stream.write(data)


@contextmanager
def _beside(place: Path, durable: bool = False, new: bool = False, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file beside a place, which takes the place at the end; raises OSError and leaves nothing behind then.

    durable: it is on the disk before that, so that no power cut leaves an empty file.
    """
    clear(place.parent)
    half, stream = unfinished_file(place, mode)
    with stream:
        try:
            _keep_permissions(stream.fileno(), place)
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
            if not fcntl:
                stream.close()  # what is open cannot be renamed there, and is not locked anyway
            _take_new_place(half, place) if new else _take_place(half, place)
        finally:
            if not fcntl:
                stream.close()
            with suppress(OSError):
                half.unlink(missing_ok=True)


def _keep_permissions(handle: int, place: Path) -> None:
    """Those of the file whose place is taken, and its owner where that may be given."""
    try:
        before = place.lstat()
    except OSError:
        return
    if stat.S_ISREG(before.st_mode) and hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(handle, before.st_uid, before.st_gid)
        os.fchmod(handle, before.st_mode & 0o777)


def _take_place(half: Path, place: Path) -> None:
    try:
        os.replace(half, place)
    except OSError as error:
        if error.errno != EBUSY:
            raise
        # A single file that is mounted into a container can only be written where it is.
        with half.open("rb") as read:
            _write_over(place, read)


def _take_new_place(half: Path, place: Path) -> None:
    try:
        os.link(half, place)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if os.path.lexists(place):
            raise FileExistsError(EEXIST, os.strerror(EEXIST)) from None
        os.replace(half, place)


def _refuse_folder(to: Path) -> None:
    if to.is_dir():
        raise UsageError(f"{to} is a folder and no file", "choose the name of a file")


def _may_replace(place: Path) -> bool:
    """Whether a file can be made beside, tried; raises OSError where the place cannot be written at all."""
    there = place.exists()
    if there and not os.access(place, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    clear(place.parent)
    try:
        half, stream = unfinished_file(place)
        stream.close()
        half.unlink()
    except OSError:
        if not there:
            raise
        return False
    return True


def _takes_bytes(to: Path) -> bool:
    """Whether it is no file that could be replaced: a pipe, a device, or one of a process's descriptors.

    Raises OSError where it is one that may not be written.
    """
    if _descriptor(to) is not None:
        if not to.exists():
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        return True
    if not to.exists() or to.is_file():
        return False
    if not os.access(to, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    return True


def _descriptor(to: Path) -> str | None:
    """The entry below /proc that a path leads to, as /dev/stdout does; None for any other path."""
    path = os.path.abspath(to)
    for _ in range(40):  # as many links as Linux follows
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if folder.startswith("/proc/"):
            return os.path.join(folder, name)
        if not os.path.islink(path):
            return None
        path = os.path.join(folder, os.readlink(path))
    return None


def _hand_over(data: io.BytesIO, to: Path) -> None:
    """Give all bytes at once to what can only be written into."""
    data.seek(0)
    if not _takes_bytes(to):
        _write_over(to, data)
        return
    own, _, number = (_descriptor(to) or "").rpartition("/")
    if own == f"/proc/{os.getpid()}/fd":
        handle = os.dup(int(number))  # where it stands: what was printed before is not written over
    else:
        handle = os.open(to, os.O_WRONLY | os.O_APPEND | BINARY | NOCTTY)
    with open(handle, "wb") as stream:
        shutil.copyfileobj(data, stream)


def _write_over(place: Path, data: BinaryIO) -> None:
    """Write into a file that cannot be replaced, once there is room for all of it."""
    size = data.seek(0, os.SEEK_END)
    data.seek(0)
    with place.open("r+b") as file:
        try:
            if hasattr(os, "posix_fallocate"):  # not on macOS
                os.posix_fallocate(file.fileno(), 0, max(size, 1))
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
        shutil.copyfileobj(data, file)
        file.truncate()


@contextmanager
def _said(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(error, f"cannot write to {to}", "choose another place") from None


UNFINISHED = re.compile(r"\..*\.[0-9a-f]{16}\.nanograd", re.DOTALL)
PATIENCE = 60.0  # seconds that somebody else may take for what is made once
CLOSING = 2.0  # seconds that Windows may take to close what an ended process has left open
DAY = 24 * 60 * 60.0  # seconds
FOLDER = os.O_RDONLY | DIRECTORY | CLOEXEC
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
            self._there = True
        except OSError as error:
            raise MachineError(
                f"cannot make a temporary folder: {error.strerror}",
                "make room, or set TMPDIR to another folder",
            ) from None

    def remove(self) -> None:
        """Remove it, whatever has been made of it; may be called more than once."""
        if self._there:
            removed(self.path)
            _unlocked(self._lock)
            self._lock = -1
            self._there = False


def unfinished_file(place: Path, mode: int = 0o666) -> tuple[Path, BinaryIO]:
    """A new file beside a place, and the stream that writes and locks it; raises OSError."""
    while True:
        half = _unfinished(place)
        stream = open(half, "xb", opener=partial(os.open, mode=mode))  # noqa: SIM115 (its user closes it)
        if _is_ours(stream.fileno(), half):
            return half, stream
        stream.close()


def unfinished_folder(place: Path) -> tuple[Path, int]:
    """A new folder beside a place, and the descriptor that locks it, or -1; raises OSError."""
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
            with suppress(OSError):  # on Windows it stays, as it is open
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
        if os.name != "posix":
            _removed_at_last(path)
            return
        # rm follows no link and knows no recursion limit.
        subprocess.run(["/bin/rm", "-rf", "--", path], check=False, stderr=subprocess.DEVNULL)


def _removed_at_last(path: Path) -> None:
    """Remove a folder on Windows, where what a process has just left open is open for a moment more."""
    by = time.monotonic() + CLOSING
    while os.path.lexists(path) and time.monotonic() < by:
        shutil.rmtree(path, ignore_errors=True)
        time.sleep(0.02)


@cache
def _cleared_once(folder: Path, names: re.Pattern[str]) -> None:
    clear(folder, names)


def _clear_away(path: Path) -> None:
    with suppress(OSError):
        if not fcntl:
            # Without locks nobody can be asked; who works for a day has made something since.
            if path.lstat().st_mtime + DAY < time.time():
                removed(path) if path.is_dir() else path.unlink()
            return
        handle = os.open(path, READ | NOFOLLOW)
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                removed(path) if path.is_dir() else path.unlink()
        finally:
            os.close(handle)


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name[:40]}.{token_hex(8)}.nanograd")


def _new_folder(named: Callable[[], Path], mode: int) -> tuple[Path, int]:
    """A folder by the first such name that stays, and a descriptor that locks it, or -1."""
    while True:
        path = named()
        path.mkdir(mode)
        if not fcntl:
            return path, -1
        try:
            handle = os.open(path, FOLDER)
        except FileNotFoundError:
            continue  # another process has cleared it away before it could be locked
        if _is_ours(handle, path):
            return path, handle
        os.close(handle)


def _locked_now(path: Path) -> int | None:
    """A descriptor that locks a file, made if need be; None where somebody else has it. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | BINARY | NOFOLLOW | CLOEXEC, 0o600)
    with suppress(BlockingIOError, PermissionError):
        if not fcntl:
            if msvcrt:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return handle
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_ours(handle, path):
            return handle
    os.close(handle)
    return None


def _unlocked(handle: int) -> int:
    """Give a lock back, where there is one: -1."""
    if handle >= 0:
        os.close(handle)
    return -1


def _is_ours(handle: int, path: Path) -> bool:
    """Lock what was just made; whether it is still there, for it may have been found before it was locked."""
    with suppress(OSError):  # a disk without locks: nothing can be told there, and so nothing is cleared
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX)
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.lstat())
    return False


class Odd(Enum):
    """Something other than a regular file: a link, a folder, a pipe."""

    ODD = "odd"


Seen = bytes | Odd | None


def look(path: Path) -> Seen:
    """What a path holds, links not followed; None where nothing is there.

    Raises UsageError where it cannot be read.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return Odd.ODD
        with open(os.open(path, READ | NOFOLLOW), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "check its permissions") from None


def with_lf(data: bytes) -> bytes:
    """A text with the line ends that it was written with, whatever a checkout has made of them."""
    return data if b"\0" in data else data.replace(b"\r\n", b"\n")


def refuse_detours(folder: Path, place: Path) -> None:
    """Raise UsageError where something between folder and place is no plain folder."""
    for parent in reversed(place.parents[:-1]):
        path = folder / parent
        with suppress(FileNotFoundError):
            if not stat.S_ISDIR(path.lstat().st_mode):
                raise UsageError(
                    f"{path} is a link or a file where a folder belongs", "rename it, then run this again"
                )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say whose move it is where writing fails; what was done until then stands."""
    try:
        yield
    except OSError as error:
        raise MachineError(
            f"cannot write {path}: {error.strerror}", "make room there, then run the same command again"
        ) from error


def put(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        replaced(path, data)


def free(path: Path, word: str) -> Path:
    """NAME.word, or the first of NAME.word2, NAME.word3, … that nothing is called."""
    names = (f"{path.name}.{word}{number if number > 1 else ''}" for number in count(1))
    return next(other for name in names if not os.path.lexists(other := path.with_name(name)))


def set_aside(path: Path) -> Path:
    """Rename to NAME.yours, or to the first of NAME.yours2, NAME.yours3, … that is free; the new path."""
    aside = free(path, "yours")
    with writing(aside):
        path.rename(aside)
    return aside


def remove(folder: Path, place: Path) -> None:
    """Remove a file, and the folders between it and folder that are empty then."""
    with writing(folder / place):
        (folder / place).unlink()
    with suppress(OSError):
        for parent in place.parents[:-1]:
            (folder / parent).rmdir()
