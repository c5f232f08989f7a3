"""Folders that hand-ins lie in, held so that nobody can exchange them, and regular files read in them.

Links are never followed below such a folder, and nothing is waited for.
"""

from __future__ import annotations

import os
import stat
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ELOOP, ENOTDIR
from pathlib import Path
from typing import BinaryIO

from grader.machine.files import FOLDER, NOFOLLOW, READ, Scratch

# How a folder is held: by a descriptor, so that nobody can exchange it; on Windows, which has none, by path.
Held = int | str
HOLDS = {os.open, os.stat} <= os.supports_dir_fd


def hold(path: Path | str, within: Held | None = None) -> Held:
    """Hold a folder; raises OSError where there is none, and where within is said also for a link.

    within: the folder that the path is relative to.
    """
    if HOLDS:
        assert not isinstance(within, str)
        return os.open(path, FOLDER | (0 if within is None else NOFOLLOW), dir_fd=within)
    place = _place(path, within)
    mode = (os.stat(place) if within is None else os.lstat(place)).st_mode
    if not stat.S_ISDIR(mode):
        number = ELOOP if stat.S_ISLNK(mode) else ENOTDIR
        raise OSError(number, os.strerror(number), place)
    return place


def let_go(folder: Held) -> None:
    """Hold a folder no more."""
    if not isinstance(folder, str):
        os.close(folder)


def state_of(name: str, within: Held) -> os.stat_result:
    """What an entry of a folder is, links not followed; raises OSError."""
    if isinstance(within, str):
        return os.lstat(_place(name, within))
    return os.stat(name, dir_fd=within, follow_symlinks=False)


def _place(path: Path | str, within: Held | None) -> str:
    return os.path.abspath(os.path.join(within, path) if isinstance(within, str) else path)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Root:
    """The folder below which the hand-ins are; it may itself be reached by a link.

    keeps: what has to live as long as this.
    """

    path: Path
    keeps: Root | None = None

    @contextmanager
    def folder(self, parts: Sequence[str]) -> Iterator[Held]:
        """The folder at these names below, held; raises OSError, also for links."""
        handle = hold(self.path)
        try:
            with below(handle, parts) as inner:
                yield inner
        finally:
            let_go(handle)

    def exists(self, parts: Sequence[str]) -> bool:
        """Whether there is anything of that name."""
        try:
            with self.folder(parts[:-1]) as above:
                state_of(parts[-1], above)
        except (OSError, ValueError):
            return False
        return True


@contextmanager
def below(handle: Held, parts: Sequence[str]) -> Iterator[Held]:
    """The folder at these names below another, held; raises OSError, also for links."""
    current = hold(".", handle)
    try:
        for part in parts:
            inner = hold(part, current)
            let_go(current)
            current = inner
        yield current
    finally:
        let_go(current)


def temporary() -> Root:
    """A new folder that only this user may enter; it goes when nobody needs it, at the latest at exit."""
    scratch = Scratch("handins")
    root = Root(scratch.path)
    weakref.finalize(root, _remove, scratch, os.getpid())
    return root


def _remove(scratch: Scratch, maker: int) -> None:
    # A process that was forked from ours ends before we do.
    if os.getpid() == maker:
        scratch.remove()


@contextmanager
def regular(
    name: str | Path, within: Held | None = None, why: str = "it is no regular file"
) -> Iterator[BinaryIO]:
    """A regular file to read; links are not followed, and nothing is waited for.

    within: the folder that the name is relative to.
    Raises OSError, and ValueError, which says why, for anything else.
    """
    if HOLDS:
        assert not isinstance(within, str)
        handle = os.open(name, READ | NOFOLLOW, dir_fd=within)
    else:
        place = _place(name, within)
        if stat.S_ISLNK(mode := os.lstat(place).st_mode):
            raise OSError(ELOOP, os.strerror(ELOOP), place)
        if not stat.S_ISREG(mode):
            raise ValueError(why)
        handle = os.open(place, READ)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError(why)
    with open(handle, "rb") as file:
        yield file
