"""What is told about a commit: a report and what it was made of, cut down to what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Counterexample
from grader.seeds import Seed


@dataclass(frozen=True, slots=True)
class Changes:
    """What a commit changed.

    base, head: the commits, in hexadecimal; base is where the head's history left the base's.
    exercises: whose files changed, in the course's order.
    graded: these and those that depend on them; all where none changed.
    elsewhere: the other files that changed, which count for nothing, by their paths as they are printed.
    more: how many files there are beyond those in elsewhere.
    """

    base: str
    head: str
    exercises: tuple[str, ...]
    graded: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """A property and what became of it.

    error: what went wrong in words, where numbers do not say it all.
    line: where in the exercise's own file it went wrong, counted from 1; 0 where that is not known.
    """

    title: str
    status: str
    error: str = ""
    line: int = 0
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An exercise, or the last mark.

    points, most: what it brought, and could have; of bonus points where it brings no others.
    probably: the misconception behind it in a sentence, where one is known.
    hint: the heading in HINTS.md.
    bonus: it is not needed for full marks.
    """

    name: str
    title: str
    status: str
    points: float
    most: float
    promises: tuple[Promise, ...]
    probably: str = ""
    hint: str = ""
    bonus: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A graded commit.

    adjustments: what policies add and take away.
    notes: what stands on top, a sentence each.
    """

    points: float
    most: float
    bonus: float
    most_bonus: float
    isolation: str
    seed: Seed
    adjustments: tuple[tuple[str, float], ...]
    parts: tuple[Part, ...]
    changes: Changes
    notes: tuple[str, ...] = ()

    @property
    def all_passed(self) -> bool:
        return all(part.status == "passed" for part in self.parts if not part.bonus)


def first_missed(part: Part) -> Promise | None:
    """The first property that does not hold, those with numbers to show before others."""
    missed = [promise for promise in part.promises if promise.status != "passed"]
    shown = [promise for promise in missed if promise.counterexample is not None]
    return next(iter(shown or missed), None)


def brief(points: float) -> str:
    """Points for people: 7 or 7.5, with two decimals at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
