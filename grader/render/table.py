"""Our own CSV: a line for each person, with what they got and how it came about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

from grader.errors import UsageError
from grader.identity import once_each
from grader.model import Adjustment, Result
from grader.render.about import KEPT, summed
from grader.render.csvfile import most, nothing_came, write_rows
from grader.render.wording import cell, decimal, signed, stamp
from grader.report import Report
from grader.scoring import score
from grader.standing import Standing, Standings

PERSON = ("id", "name", "email", "status", "handed_in", "attempts")


def write_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class; people without a report have empty scores.

    The columns: the person's, raw_score, one for each sort of policy line with its total, score, max_score,
    bonus, one for each exercise with its points (the last mark's are bonus points unless it counts), the
    policy lines in full, what stands on top of the report, the rules where anybody was judged by others than
    the course's files are, and why what came last could not be graded.
    Raises UsageError where the class changes meanwhile.
    """
    write_rows(_rows(standings), to)


def sort(line: Adjustment) -> str:
    """What a policy line is about: what stands before its first comma or colon."""
    return re.split("[,:]", line.title, maxsplit=1)[0].strip()


def _rows(standings: Standings) -> Iterator[list[str]]:
    # The header comes first and needs them all, so the class is gone through once more before.
    sorts: dict[str, None] = {}
    ruled = False
    for standing in standings.each():
        if standing.report is not None:
            sorts |= dict.fromkeys(map(sort, summed(standing.report).lines))
            ruled = ruled or bool(standing.report.rules)
    names = [part.name for part in standings.parts]
    policy, shown = [cell(f"policy: {name}") for name in sorts], map(cell, names)
    last = ("policies", "notes", *(("rules",) if ruled else ()), "trouble")
    yield [*PERSON, "raw_score", *policy, "score", "max_score", "bonus", *shown, *last]
    full = decimal(most(standings))
    for standing in standings.each():
        points = _points(standing.report, list(sorts), full, names)
        rules = [_rules(standing.report)] if ruled else []
        yield [*_person(standing), *points, *rules, cell(standing.trouble)]


def _person(standing: Standing) -> list[str]:
    person = standing.person
    when = stamp(standing.handed_in) if standing.handed_in else ""
    texts = [cell(person.id), cell(person.name), cell(person.email)]
    return [*texts, _status(standing), when, str(standing.attempts)]


def _status(standing: Standing) -> str:
    if standing.report is None:
        return "not handed in" if nothing_came(standing) else "not graded"
    return "passed" if standing.report.all_passed else "not passed"


def _points(report: Report | None, sorts: list[str], full: str, names: list[str]) -> list[str]:
    if report is None:
        return ["", *("" for _ in sorts), "", full, "", *("" for _ in names), "", ""]
    got = dict(map(_exercise, report.marks))
    lines = summed(report).lines
    return [
        decimal(summed(report).exercises.points),
        *_totals(lines, sorts),
        decimal(summed(report).final),
        full,
        decimal(summed(report).exercises.bonus),
        *(got.get(name, "") for name in names),
        cell("; ".join(f"{line.title} ({signed(line.points)})" for line in lines)),
        cell(" ".join(report.notes)),
    ]


def _rules(report: Report | None) -> str:
    return "" if report is None else cell(report.rules)


def _totals(lines: tuple[Adjustment, ...], sorts: list[str]) -> Iterator[str]:
    totals = dict.fromkeys(sorts, Fraction(0))
    for line in lines:
        if sort(line) not in totals:
            raise UsageError("the class has changed while it was written", "export it again")
        totals[sort(line)] += line.points
    return map(decimal, totals.values())


@once_each(KEPT)
def _exercise(result: Result) -> tuple[str, str]:
    points = score(result)
    return result.exercise.name, decimal(points.points if points.most else points.bonus)
