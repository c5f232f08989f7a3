"""Writes files and folders whole or not at all; on the way nothing that was there is touched.

whole_file and whole_folder are for the places that a user names; replaced and added for places of ours.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EBUSY, EDQUOT, EEXIST, EFBIG, EIO, ENOENT, ENOSPC
from pathlib import Path
from typing import BinaryIO

from grader.errors import UsageError
from grader.scratch import clear, removed, unfinished_file, unfinished_folder

NO_ROOM = (ENOSPC, EDQUOT, EFBIG, EIO)


@contextmanager
def whole_file(to: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of what is there once everything is written.

    A link is followed and permissions stay; a pipe, a device or a descriptor is handed the bytes at the end.
    Raises UsageError where it cannot be written; a file that was there is then as it was.
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

    Raises UsageError where there is something already, or where it cannot be written.
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
            os.replace(half, place)
        finally:
            removed(half)
            os.close(lock)


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
            _take_new_place(half, place) if new else _take_place(half, place)
        finally:
            with suppress(OSError):
                half.unlink(missing_ok=True)


def _keep_permissions(handle: int, place: Path) -> None:
    """Those of the file whose place is taken, and its owner where that may be given."""
    try:
        before = place.lstat()
    except OSError:
        return
    if stat.S_ISREG(before.st_mode):
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
        half.unlink()
        stream.close()
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
        handle = os.open(to, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
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
        why = error.strerror or str(error)
        raise UsageError(f"cannot write to {to}: {why}", "make room there, or choose another place") from None
