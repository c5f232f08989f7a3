"""What the page says about people without any script: a plain line for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from grader.printable import printable
from grader.render.about import Sum, summed
from grader.render.csvfile import nothing_came
from grader.render.wording import brief
from grader.scoring import exercise_status
from grader.standing import Standing

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Summed:
    """A standing and how its score comes about, which is added up only once."""

    standing: Standing
    sum: Sum | None


@dataclass(frozen=True, slots=True)
class Row:
    """One person, fit to be shown.

    score: or why there is none.
    missing: the exercises that have not been started.
    """

    id: str
    name: str
    score: str
    missing: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Whose last hand-in could not be graded, and why."""

    id: str
    name: str
    sentence: str


def added_up(standings: Iterable[Standing]) -> tuple[Summed, ...]:
    """Everybody's standing with its sum."""
    return tuple(Summed(one, None if one.report is None else summed(one.report)) for one in standings)


def plain_rows(people: Iterable[Summed]) -> Iterator[Row]:
    """Everybody's line, in order."""
    for one in people:
        person, report = one.standing.person, one.standing.report
        marks = report.results if report else ()
        missing = [printable(mark.exercise.name) for mark in marks if exercise_status(mark) == "not_started"]
        score = brief(one.sum.final) if one.sum else without(one.standing)
        yield Row(printable(person.id), printable(person.name), score, ", ".join(missing))


def troubled(standings: Iterable[Standing]) -> tuple[Trouble, ...]:
    """The first people with a trouble."""
    found = (
        Trouble(printable(s.person.id), printable(s.person.name), printable(s.trouble))
        for s in standings
        if s.trouble
    )
    return tuple(islice(found, SHOWN))


def without(standing: Standing) -> str:
    """Why somebody has no report, in two words."""
    return "not handed in" if nothing_came(standing) else "not graded"
