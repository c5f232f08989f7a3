"""What was drawn once, kept for this user's next run; nobody else can put anything there.

Every entry carries a code that only who holds a secret key can make, over its place and name as well. The key
is no part of the entries' folder, for that may be shared, come with a checkout, or be brought from elsewhere:

- In a virtual environment it lies beside the packages. Who can put another key there can put other code
  there, so it is as trusted as the grader itself; and it goes along, into an image or a CI's cache.
- Else it lies in this user's state folder, and counts only together with its inode and the time of its last
  change. Nobody can have known those before it was there, so a key that came with a checkout opens nothing.

A key that is another user's, or that others may read, is none. What cannot be kept costs a sentence and time.
A folder holds ENOUGH bytes: whatever has not been asked for the longest goes first.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from errno import EINVAL, ENOENT, EPERM
from functools import cache
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes
from typing import TypeVar

import platformdirs

from grader.machine.files import NOFOLLOW, READ, added, clear, replaced, turn
from grader.printable import printable

FORM = b"nanograd 1\n"
SECRET, CODE = 32, 32  # bytes
LARGEST = 1 << 28  # bytes of an entry
ENOUGH = 200_000_000  # bytes of all entries
ENTRY = re.compile(r".+\.[0-9a-f]{8}")
KEY = "nanograd.key"
AGAIN = "the next run draws it again"
Data = bytes | memoryview
Thing = TypeVar("Thing")


def recall(
    folder: Path,
    name: str,
    read: Callable[[Data], Thing],
    make: Callable[[], Thing],
    write: Callable[[Thing], bytes],
    say: Callable[[str], None],
) -> Thing:
    """What is kept under a name, or else made now and kept.

    Made by one process at a time: others wait for it, and take what it has kept.

    read: takes only what write gave to this user. say: called with a sentence where nothing can be kept.
    """
    found = _read_as(read, kept(folder, name))
    if found is not None:
        return found
    with turn(folder / name):
        found = _read_as(read, kept(folder, name))  # somebody else may just have made it
        if found is not None:
            return found
        made = make()
        if trouble := keep(folder, name, write(made)):
            say(trouble)
        return made


def _read_as(read: Callable[[Data], Thing], data: Data | None) -> Thing | None:
    if data is not None:
        with suppress(ValueError, EOFError, TypeError):
            return read(data)
    return None


def users_folder(find: Callable[[str], str]) -> Path:
    """What one of platformdirs' functions finds; where this user has no home, "~", which is not absolute."""
    try:
        return Path(find("nanograd"))
    except RuntimeError:
        return Path("~")


def kept(folder: Path, name: str) -> Data | None:
    """What keep() was given; None where that is not there, or anything else is."""
    _cleared_once(folder)
    if (key := _key()) is None:
        return None
    place = _place(folder, name, key)
    try:
        data = _read(place, LARGEST, NOFOLLOW)[0]
    except OSError:
        return None
    with suppress(OSError):
        os.utime(place)  # asked for now; where the folder is not to be written in, nothing ever goes, either
    head = len(FORM) + CODE
    body = memoryview(data)[head:]
    return body if compare_digest(data[:head], FORM + _code(folder, name, key, body)) else None


def keep(folder: Path, name: str, data: bytes) -> str:
    """Keep bytes under a name; gives nothing, or a sentence that says why they cannot be kept."""
    shown = printable(str(folder))
    if not folder.is_absolute():
        return (
            f"Nothing can be kept in {shown}, which is no absolute path (XDG_CACHE_HOME names one); {AGAIN}"
        )
    try:
        key = _key() or _new_key()
    except OSError as error:
        where = printable(str(error.filename or "")) or "a home folder"
        return f"Nothing can be kept in {shown} without a key in {where}: {error.strerror}; {AGAIN}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # For its owner only: the cases of another seed may be a secret.
        replaced(_place(folder, name, key), FORM + _code(folder, name, key, data) + data, 0o600)
    except OSError as error:
        return f"Nothing can be kept in {shown}: {error.strerror or error}; {AGAIN}"
    with suppress(OSError):
        _prune(folder)
    return ""


def _prune(folder: Path) -> None:
    """Remove what has not been asked for the longest, until there is no more than enough."""
    known = []
    with os.scandir(folder) as there:
        for entry in there:
            seen = entry.stat(follow_symlinks=False)
            if ENTRY.fullmatch(entry.name) and stat.S_ISREG(seen.st_mode):
                known.append((seen.st_mtime_ns, entry.path, seen.st_size))
    known.sort()
    left = sum(size for _, _, size in known)
    for _, path, size in known[:-1]:  # the newest has just been made
        if left <= ENOUGH:
            return
        os.unlink(path)
        left -= size


@cache
def _cleared_once(folder: Path) -> None:
    clear(folder)


def _place(folder: Path, name: str, key: bytes) -> Path:
    """An entry's file: users and environments that share a folder have each their own."""
    return folder / f"{name}.{blake2b(name.encode(), key=key, digest_size=4).hexdigest()}"


def _code(folder: Path, name: str, key: bytes, data: Data) -> bytes:
    """What proves that data was kept there under this name by who holds the key."""
    made = blake2b(key=key, digest_size=CODE)
    made.update(repr((os.path.realpath(folder), name)).encode("utf-8", "surrogateescape"))
    made.update(data)
    return made.digest()


def _keys() -> list[Path]:
    """Where a key may lie, the one with the environment first."""
    environment = [Path(sys.prefix)] if sys.prefix != sys.base_prefix else []
    folders = [*environment, users_folder(platformdirs.user_state_dir)]
    return [folder / KEY for folder in folders if folder.is_absolute()]


def _key() -> bytes | None:
    """The key of this user, if there is one."""
    for path in _keys():
        with suppress(OSError):
            return _key_at(path)
    return None


def _new_key() -> bytes:
    """A new key, where there is a place for one; raises OSError."""
    trouble = OSError(ENOENT, os.strerror(ENOENT))
    for path in _keys():
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):
                if hasattr(os, "geteuid") and path.lstat().st_uid != os.geteuid():
                    raise PermissionError(EPERM, "it is another user's", str(path))
                path.unlink()
            # One that somebody else adds at the same time is as good.
            with suppress(FileExistsError):
                added(path, token_bytes(SECRET), 0o600)
            return _key_at(path)
        except OSError as error:
            trouble = error
    raise trouble


def _key_at(path: Path) -> bytes:
    """The key in a file; raises OSError where there is none that only this user can read."""
    secret, state = _read(path, SECRET)
    # On Windows a folder of a user's is that user's, by rights that files inherit.
    others = hasattr(os, "geteuid") and (state.st_uid != os.geteuid() or state.st_mode & 0o077)
    if len(secret) != SECRET or others:
        raise PermissionError(EPERM, "it is no key of this user's", str(path))
    bound = () if path.parent == Path(sys.prefix) else (state.st_ino, state.st_ctime_ns)
    return blake2b(repr(bound).encode(), key=secret, digest_size=SECRET).digest()


def _read(path: Path, most: int, flags: int = 0) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes, and what it is; raises OSError where it is none, or has more."""
    handle = os.open(path, READ | flags)
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size > most:
            raise OSError(EINVAL, "it is no file of ours", str(path))
        return file.read(most), state
