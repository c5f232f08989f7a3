"""What outside formats want to know beyond the report, and what several of them say in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from grader.identity import once_each
from grader.model import Adjustment, Diagnosis, Kind, Passed, Person, Result, Verdict
from grader.printable import plain_json, printable
from grader.render.wording import brief, lines_of, signed
from grader.report import Report, notes
from grader.scoring import Score, exercise_status, score
from grader.words import in_full

# How many different results stay rendered: equal results of different people are one object.
KEPT = 2048
# How many reports stay summed up: a format asks about one person after the other.
SUMS = 16
WORDS = {
    "passed": "passed",
    "failed": "failed",
    "crashed": "crashed",
    "timed_out": "timed out",
    "not_started": "not started",
}


@dataclass(frozen=True, slots=True)
class About:
    """What a report does not say of itself; everything may be missing.

    person: who handed in.
    handed_in, started: with their time zones; started is when grading was.
    seconds: of wall-clock time that grading took.
    title, slug: of the assignment, for people and for machines.
    owner: the account that the work belongs to; the person's id where it is empty.
    classroom, submission, commit, release, review: as Classroom 50 knows them: the classroom's short name,
        the tag that was graded, and three links.
    group: whether the work is that of several people.
    """

    person: Person = field(default_factory=lambda: Person(""))
    handed_in: datetime | None = None
    started: datetime | None = None
    seconds: float | None = None
    title: str = ""
    slug: str = ""
    owner: str = ""
    classroom: str = ""
    submission: str = ""
    commit: str = ""
    release: str = ""
    review: str = ""
    group: bool = False


def with_items(head: dict[str, Any], name: str, items: Iterable[str]) -> str:
    """A JSON object with one more key, a list of items that are JSON text already, a line each."""
    opening = as_json(head).removesuffix("}")
    listed = ",\n".join(items)
    return f'{opening}, "{name}": [\n{listed}\n]}}\n'


def as_json(thing: object) -> str:
    """JSON on one line, in which everything can be seen."""
    return plain_json(json.dumps(thing, ensure_ascii=False, allow_nan=False))


def counted(result: Result) -> Iterator[tuple[int, Verdict]]:
    """The verdicts that bring points or bonus points, numbered from 1; notes are none of them."""
    return enumerate((v for v in result.verdicts if v.claim.kind is not Kind.NOTE), start=1)


@dataclass(frozen=True, slots=True)
class Sum:
    """How a report's score comes about.

    exercises: what they bring.
    lines: every policy line between that and the final score, so that they add up to it.
    final: the points after them.
    """

    exercises: Score
    lines: tuple[Adjustment, ...]
    final: Fraction


@once_each(SUMS)
def summed(report: Report) -> Sum:
    """The report's score, its policy lines and its final score; every format asks several times."""
    exercises, lines = report.score, report.adjustments
    points = sum((line.points for line in lines), exercises.points)
    if points < 0:
        return Sum(exercises, (*lines, Adjustment("no score is below zero", -points)), Fraction(0))
    return Sum(exercises, lines, points)


def said(result: Result, verdict: Verdict) -> str:
    """What became of a property, in full; the first that does not hold also says what it probably is."""
    text = in_full(verdict.outcome)
    if result.diagnosis and verdict is _first_missed(result):
        text = f"{text}\n\n{probably(result.diagnosis)}"
    return lines_of(text)


def _first_missed(result: Result) -> Verdict | None:
    missed = (v for v in result.verdicts if not isinstance(v.outcome, Passed))
    return next((v for v in missed if v.claim.kind is Kind.GRADED), None)


def probably(diagnosis: Diagnosis) -> str:
    """The diagnosis as a paragraph."""
    hint = f'HINTS.md, "{diagnosis.hint}", goes on from there.'
    return f"Probably: {diagnosis.name}\n{diagnosis.explanation}\n{hint}"


def overview(report: Report) -> str:
    """The whole report in a few lines: what stands on top, the score and its origin, then each exercise."""
    whole = summed(report)
    points = whole.exercises
    lines = [text for note in report.notes for text in (printable(note), "")]
    lines.append(f"Score: {brief(whole.final)} of {brief(points.most)}")
    if whole.lines:
        lines.append(f"Exercises: {brief(points.points)}")
        lines += [f"{printable(line.title)}: {signed(line.points)}" for line in whole.lines]
    if points.most_bonus:
        lines.append(f"Bonus, on top: {brief(points.bonus)} of {brief(points.most_bonus)}")
    if report.rules:
        lines.append(f"Rules: {printable(report.rules)}")
    return "\n".join([*lines, "", *map(_standing, report.marks)])


@once_each(KEPT)
def _standing(result: Result) -> str:
    """The exercise's line, and beneath it what is known about it."""
    points = score(result)
    got, most = (points.points, points.most) if points.most else (points.bonus, points.most_bonus)
    name = printable(result.exercise.name)
    lines = [f"{name}: {WORDS[exercise_status(result)]}, {brief(got)}/{brief(most)}"]
    if result.diagnosis:
        lines.append(f"  Probably: {printable(result.diagnosis.name)}")
    return "\n".join(lines + [f"  Note on {name}: {printable(note)}" for note in notes(result)])
