"""What goes to a room and what comes back: plain values, so that they can travel to another machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.errors import CourseError, GraderError, MachineError, UsageError
from grader.submission import AnyShape, Submission

Plain = dict[str, Any]


class Overrun(MachineError):
    """Examining a submission took longer than it itself and the grader may take together."""


KINDS: dict[str, type[GraderError]] = {
    kind.__name__: kind for kind in (UsageError, CourseError, MachineError, Overrun, GraderError)
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a room is set up: everything of a setting that has a name.

    seconds, patience: see Limits.
    root: where the course lies; empty for the one that the grader was installed with.
    cache: the folder of recorded cases; empty for this user's.
    lenient: see Setting.
    """

    sandbox: str
    seed: int
    seconds: float
    patience: float
    root: str = ""
    cache: str = ""
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One submission, and the marks it is to be examined for."""

    submission: Submission
    marks: tuple[str, ...]

    def to_plain(self) -> Plain:
        handed_in = self.submission
        return {
            "name": handed_in.name,
            "sources": dict(handed_in.sources),
            "unreadable": dict(handed_in.unreadable),
            "marks": list(self.marks),
            "shape": None if handed_in.shape is None else [handed_in.shape.value, *handed_in.shape.names],
        }

    @classmethod
    def from_plain(cls, plain: Plain) -> Task:
        shape = plain["shape"] and AnyShape(plain["shape"][0], tuple(map(tuple, plain["shape"][1:])))
        submission = Submission(plain["name"], plain["sources"], plain["unreadable"], shape)
        return cls(submission, tuple(plain["marks"]))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a room says of a task.

    course: the hexadecimal course digest of the room that examined.
    evidence: for each mark its outcomes and its diagnosis, as evidence.result_to_plain() gives them.
    """

    course: str
    evidence: dict[str, Plain]


def fault_to_plain(error: GraderError) -> Plain:
    """An error of ours, to be raised again at the other end."""
    return {"kind": type(error).__name__, "what": error.what, "next": error.next_step}


def fault_from_plain(plain: Plain) -> GraderError:
    """What fault_to_plain() was given."""
    return KINDS[plain["kind"]](plain["what"], plain["next"])
