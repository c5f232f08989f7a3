"""Which of a hand-in's folders counts, and what is said where none does."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import UsageError
from grader.printable import printable

# The folder of the exercises may be in a folder of a folder.
DEEPEST = 2
# Where two folders are equally deep: what a course's own folder of exercises is called.
USUAL = "exercises"
NEXT = "hand in the folder that holds the exercise files"

Path = tuple[str, ...]


def one(holders: Sequence[Path], where: str) -> Path:
    """The one folder that counts among equally deep ones; raises UsageError where that is open."""
    usual = [path for path in holders if path and path[-1] == USUAL]
    for choice in (holders, usual):
        if len(choice) == 1:
            return choice[0]
    first, second = (printable("/".join(path)) for path in holders[:2])
    raise UsageError(f"{where} has the exercises in two places, {first} and {second}", NEXT)


class NoExercise(UsageError):
    """A hand-in has none of the wanted files."""


def nothing(where: str, wanted: Sequence[str], python: bool, links: Sequence[str] = ()) -> NoExercise:
    """What is said of a hand-in without a wanted file.

    python: whether it has any other Python file.
    links: what was passed over.
    """
    files = ", ".join(f"{name}.py" for name in wanted)
    what = f"holds none of the exercises ({files})" if python else f"holds no Python file; wanted are {files}"
    passed = f"; {printable(links[0])} is a link, and links are not followed" if links else ""
    return NoExercise(f"{where} {what}{passed}", NEXT)
