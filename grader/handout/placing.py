"""Puts files where students work: never half of one, never through a link, never over what is theirs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import count
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.files import replaced


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
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "check its permissions") from None


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


def set_aside(path: Path) -> Path:
    """Rename to NAME.yours, or to the first of NAME.yours2, NAME.yours3, … that is free; the new path."""
    names = (f"{path.name}.yours{number if number > 1 else ''}" for number in count(1))
    aside = next(other for name in names if not os.path.lexists(other := path.with_name(name)))
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
