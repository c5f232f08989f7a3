"""The CSV file that nbgrader's own exporter writes, for what reads that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import BinaryIO

from grader.render.about import summed
from grader.render.csvfile import most, nothing_came, write_rows
from grader.render.wording import cell, decimal
from grader.standing import Standing, Standings

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def write_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class, dates in UTC.

    late_submission_penalty is all that policies take away, less what they add, so that score is raw_score
    without it, and never below zero, as it is there. Who handed in nothing has zeros and no timestamp, as
    there; who handed in what is not graded has empty scores.
    """
    write_rows(_rows(standings), to)


def _rows(standings: Standings) -> Iterator[list[str]]:
    yield list(COLUMNS)
    opening = [cell(standings.title), _when(standings.deadline)]
    full = _float(most(standings))
    for standing in standings.each():
        person = standing.person
        last, first = names(person.name)
        who = [cell(person.id), cell(last), cell(first), cell(person.email)]
        yield [*opening, _when(standing.handed_in), *who, *_scores(standing), full]


def _scores(standing: Standing) -> list[str]:
    report = standing.report
    if report is None:
        return ["0.0" if nothing_came(standing) else ""] * 3
    penalty = -sum((line.points for line in report.adjustments), Fraction(0))
    return [_float(points) for points in (summed(report).exercises.points, penalty, summed(report).final)]


def names(name: str) -> tuple[str, str]:
    """Last and first name of "Last, First" or "First Last"; the last word is the last name."""
    if "," in name:
        last, first = name.split(",", 1)
    else:
        first, _, last = name.strip().rpartition(" ")
    return last.strip(), first.strip()


def _when(when: datetime | None) -> str:
    return "" if when is None else str(when.astimezone(UTC).replace(tzinfo=None))


def _float(points: Fraction) -> str:
    return f"{decimal(points)}.0" if points.denominator == 1 else decimal(points)
