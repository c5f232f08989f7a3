"""The folder in which a student's own machine remembers; whatever is wrong with it never stops a grade."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.course import Course
from grader.printable import printable

FOLDER = ".nanograd"
SILENT = "nothing is remembered until that is mended"
Say = Callable[[str], None]


def aloud(sentence: str) -> None:
    """Say a sentence on standard error."""
    print(f"grader: {printable(sentence)}", file=sys.stderr)


def state_folder(course: Course) -> Path:
    """The course's folder of memories, made where it is not there, with no commit ever taking it up.

    Never raises: where it cannot be made, whatever is written there says so.
    """
    folder = course.root / FOLDER
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        with (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
    return folder


def unwritten(path: Path, error: OSError) -> str:
    """A sentence for what could not be written."""
    return f"cannot write {path}: {error.strerror}; {SILENT}"
