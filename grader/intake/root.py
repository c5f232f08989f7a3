"""A folder whose inside is strangers' work: everything in it is opened without following a link."""

from __future__ import annotations

import os
import stat
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.scratch import Scratch

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Root:
    """The folder below which the hand-ins are; it may itself be reached by a link.

    keeps: what has to live as long as this.
    """

    path: Path
    keeps: Root | None = None

    @contextmanager
    def folder(self, parts: Sequence[str]) -> Iterator[int]:
        """A descriptor of the folder at these names below; raises OSError, also for links."""
        handle = os.open(self.path, FOLDER)
        try:
            with below(handle, parts) as inner:
                yield inner
        finally:
            os.close(handle)

    def exists(self, parts: Sequence[str]) -> bool:
        """Whether there is anything of that name."""
        try:
            with self.folder(parts[:-1]) as above:
                os.stat(parts[-1], dir_fd=above, follow_symlinks=False)
        except (OSError, ValueError):
            return False
        return True


@contextmanager
def below(handle: int, parts: Sequence[str]) -> Iterator[int]:
    """A descriptor of the folder at these names below another; raises OSError, also for links."""
    current = os.open(".", FOLDER, dir_fd=handle)
    try:
        for part in parts:
            inner = os.open(part, FOLDER | os.O_NOFOLLOW, dir_fd=current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


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
def regular(name: str, within: int) -> Iterator[int]:
    """A descriptor of a regular file of a folder; raises OSError, and ValueError for anything else."""
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=within)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is no regular file")
        yield handle
    finally:
        os.close(handle)
