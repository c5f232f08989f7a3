"""Where everybody in a class stands: what exports and the class report are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from grader.model import Exercise, Person
from grader.report import Report


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's line.

    report: the attempt that counts, with its adjustments; None where nothing has been graded.
    handed_in: when that attempt was handed in, with its time zone; None where that is not known.
    attempts: how many have been graded, with the seed that counts.
    trouble: why what was handed in last is not graded, in a sentence; else empty.
    """

    person: Person
    report: Report | None
    handed_in: datetime | None = None
    attempts: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Standings:
    """A whole class under one rubric.

    title: the course's.
    exercises: with their points, in the order students meet them; together is the last mark.
    deadline: with its time zone; None where the course has none.
    each: gives everybody's standing in order of their ids, one after the other, anew at every call;
        people without a report are among them. Equal results of different people are one object.
    """

    title: str
    exercises: tuple[Exercise, ...]
    together: Exercise
    deadline: datetime | None
    each: Callable[[], Iterator[Standing]]

    @property
    def parts(self) -> tuple[Exercise, ...]:
        """Everything that is graded: the exercises, then all of them together."""
        return (*self.exercises, self.together)
