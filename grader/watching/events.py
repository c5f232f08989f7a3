"""What can happen to a watch: each event frozen, and all of them one sum."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import GraderError
from grader.model import Result
from grader.submission import Submission


@dataclass(frozen=True, slots=True)
class Saved:
    """Files were written, replaced or removed.

    names: which, without ".py"; none where only the folder itself has come back.
    submission: all that is there now.
    at: when that was seen, by the watch's clock.
    """

    names: frozenset[str]
    submission: Submission
    at: float


@dataclass(frozen=True, slots=True)
class Gone:
    """The folder with the exercises is not there any more."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key: the character itself, or "escape", "up", "down", "left", "right"."""

    key: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The grading process is ready.

    isolation, versions: as a report has them.
    """

    isolation: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """The verdict on the mark that was asked for under this number.

    final: nothing is still to come: neither the bonus nor a smaller counterexample.
    """

    number: int
    result: Result
    final: bool = True


@dataclass(frozen=True, slots=True)
class Faulted:
    """Grading itself could not be done.

    number: of what was asked for; None where the watch cannot go on at all.
    """

    number: int | None
    error: GraderError


@dataclass(frozen=True, slots=True)
class Lost:
    """The grading process has ended.

    last: what it said last on its standard error.
    """

    last: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something takes seconds, once."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Resized:
    """The terminal has another size."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """Ctrl-Z was pressed."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The watch is to end with this exit code."""

    code: int


Event = Saved | Gone | Pressed | Opened | Graded | Faulted | Lost | Said | Resized | Suspended | Quit
