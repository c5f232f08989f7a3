"""A class in one file: CSV, Canvas's and nbgrader's gradebooks, and Parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from importlib import import_module
from types import ModuleType
from typing import Any, BinaryIO

from grader.errors import UsageError
from grader.model import Adjustment, Result
from grader.printable import printable
from grader.render.text import (
    KEPT,
    cell,
    counted,
    decimal,
    most,
    nothing_came,
    signed,
    stamp,
    summed,
    two_decimals,
    without,
    write_rows,
)
from grader.report.evidence import status
from grader.report.report import Report
from grader.report.scoring import earned, once_each, score, worth
from grader.report.standings import Standing, Standings
from grader.report.words import headline
from grader.version import installing

CSV_PERSON = ("id", "name", "email", "status", "handed_in", "attempts")
# Columns that are there where anybody has something in them.
OWN = ("section", "excused")


def csv_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class; people without a report have empty scores.

    The columns: the person's, section and excused where anybody has one, raw_score, one for each sort of
    policy line with its total, score, max_score, bonus, one for each exercise with its points (the last
    mark's are bonus points unless it counts), the policy lines in full, what stands on top of the report, the
    rules where anybody was judged by others than the course's files are, and why what came last could not be
    graded.
    Raises UsageError where the class changes meanwhile.
    """
    write_rows(_csv_rows(standings), to)


def sort(line: Adjustment) -> str:
    """What a policy line is about: what stands before its first comma or colon."""
    return re.split("[,:]", line.title, maxsplit=1)[0].strip()


def _csv_rows(standings: Standings) -> Iterator[list[str]]:
    # The header comes first and needs them all, so the class is gone through once more before.
    sorts: dict[str, None] = {}
    ruled = False
    own = dict.fromkeys(OWN, False)
    for standing in standings.each():
        own = {name: there or bool(getattr(standing, name)) for name, there in own.items()}
        if standing.report is not None:
            sorts |= dict.fromkeys(map(sort, summed(standing.report).lines))
            ruled = ruled or bool(standing.report.rules)
    names = [part.name for part in standings.parts]
    policy, shown = [cell(f"policy: {name}") for name in sorts], map(cell, names)
    last = ("policies", "notes", *(("rules",) if ruled else ()), "trouble")
    mine = [name for name, there in own.items() if there]
    yield [*CSV_PERSON, *mine, "raw_score", *policy, "score", "max_score", "bonus", *shown, *last]
    full = decimal(most(standings))
    for standing in standings.each():
        points = _points(standing.report, list(sorts), full, names)
        rules = [_rules(standing.report)] if ruled else []
        said = [cell(getattr(standing, name)) for name in mine]
        yield [*_csv_person(standing), *said, *points, *rules, cell(standing.trouble)]


def _csv_person(standing: Standing) -> list[str]:
    person = standing.person
    when = stamp(standing.handed_in) if standing.handed_in else ""
    texts = [cell(person.id), cell(person.name), cell(person.email)]
    return [*texts, _status(standing), when, str(standing.attempts)]


def _status(standing: Standing) -> str:
    if standing.report is None:
        return without(standing)
    if standing.report.ungraded:
        return "not graded in part"
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
    return result.exercise.name, decimal(score(result).own[0])


# About so many rows stand together in the file, and in memory.
GROUP = 65536
HOW = installing("class")
Row = tuple[Any, ...]
# What is the same in all of a person's rows, and what differs.
PARQUET_PERSON = ("id", "handed_in", "attempts", "digest", "seed", "isolation", "rules", "notes")
PROPERTY = (
    "exercise",
    "property",
    "title",
    "kind",
    "status",
    "score",
    "max_score",
    "cases",
    "error",
    "misconception",
)


def parquet_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class, a group of rows at a time.

    kind is "graded", "bonus" or "policy": the scores of the graded properties and the policy lines add up to
    the final score. Who has no report has one row, with a status and nothing else. misconception is the
    exercise's, on each of its rows; notes are what stands on top of the person's report, on each of theirs.
    Raises UsageError where pyarrow is not installed.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed", f"run: {HOW}") from None
    layout = _layout(arrow)
    with parquet.ParquetWriter(to, layout, compression="zstd") as writer:
        for people, rows in _groups(standings):
            writer.write_table(_table(arrow, people, rows, layout))


def _layout(arrow: ModuleType) -> Any:
    words = arrow.dictionary(arrow.int32(), arrow.string())
    special = {
        "id": arrow.string(),
        "handed_in": arrow.timestamp("us", tz="UTC"),
        "digest": arrow.string(),
        "error": arrow.string(),
        **dict.fromkeys(("attempts", "cases"), arrow.int64()),
        **dict.fromkeys(("score", "max_score"), arrow.float64()),
    }
    return arrow.schema([(name, special.get(name, words)) for name in (*PARQUET_PERSON, *PROPERTY)])


def _groups(standings: Standings) -> Iterator[tuple[list[Row], list[Row]]]:
    people: list[Row] = []
    rows: list[Row] = []
    for standing in standings.each():
        new = _parquet_rows(standing)
        rows += new
        people += [_parquet_person(standing)] * len(new)
        if len(rows) >= GROUP:
            yield people, rows
            people, rows = [], []
    yield people, rows


def _table(arrow: ModuleType, people: list[Row], rows: list[Row], layout: Any) -> Any:
    columns = (*zip(*people, strict=True), *zip(*rows, strict=True)) if rows else ((),) * len(layout)
    arrays = [arrow.array(column, field.type) for column, field in zip(columns, layout, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=layout)


def _parquet_person(standing: Standing) -> Row:
    report, when = standing.report, standing.handed_in
    shown: Row = (None, None, None, None, None)
    if report is not None:
        said = (printable(text) or None for text in (report.rules, " ".join(report.notes)))
        shown = (printable(report.digest), str(report.seed), printable(report.isolation), *said)
    return (printable(standing.person.id), when and when.astimezone(UTC), standing.attempts, *shown)


def _parquet_rows(standing: Standing) -> list[Row]:
    if standing.report is None:
        word = without(standing).replace(" ", "_")
        error = printable(standing.excused or standing.trouble) or None
        return [(None, None, None, None, word, None, None, None, error, None)]
    rows = [row for result in standing.report.marks for row in _of_exercise(result)]
    return rows + [_of_policy(line) for line in summed(standing.report).lines]


@once_each(KEPT)
def _of_exercise(result: Result) -> tuple[Row, ...]:
    misconception = result.diagnosis and printable(result.diagnosis.finding)
    return tuple(
        (
            printable(result.exercise.name),
            printable(verdict.claim.name),
            printable(verdict.claim.title),
            verdict.claim.kind.value,
            status(verdict.outcome),
            float(earned(result, verdict)),
            float(worth(result, verdict)),
            getattr(verdict.outcome, "cases", 0),
            None if status(verdict.outcome) == "passed" else printable(headline(verdict.outcome)),
            misconception,
        )
        for _, verdict in counted(result)
    )


def _of_policy(line: Adjustment) -> Row:
    return (None, None, printable(line.title), "policy", "applied", float(line.points), 0.0, None, None, None)


NBGRADER_COLUMNS = (
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


def nbgrader_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class, dates in UTC.

    late_submission_penalty is all that policies take away, less what they add, so that score is raw_score
    without it, and never below zero, as it is there. Who handed in nothing has zeros and no timestamp, as
    there; who handed in what is not graded, or not all of it, has empty scores.
    """
    write_rows(_nbgrader_rows(standings), to)


def _nbgrader_rows(standings: Standings) -> Iterator[list[str]]:
    yield list(NBGRADER_COLUMNS)
    opening = [cell(standings.title), _when(standings.deadline)]
    full = _float(most(standings))
    for standing in standings.each():
        person = standing.person
        last, first = names(person.name)
        who = [cell(person.id), cell(last), cell(first), cell(person.email)]
        yield [*opening, _when(standing.handed_in), *who, *_scores(standing), full]


def _scores(standing: Standing) -> list[str]:
    report = standing.report
    if report is None or report.ungraded:
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


CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# Canvas takes any row whose first cell says so for the one that sets what assignments are worth.
SETS_POINTS = "Points Possible"


def canvas_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class; whoever has no report, or one that grades a part only, has no grade.

    ID is Canvas's own number of a person, where that is known; what we know people by otherwise is no number
    of Canvas's, and might be somebody else's there.

    The assignment is named after the course; an instructor who has it in Canvas adds its id in parentheses.
    """
    write_rows(_canvas_rows(standings), to)


def _canvas_rows(standings: Standings) -> Iterator[list[str]]:
    yield [*CANVAS_COLUMNS, cell(standings.title)]
    yield [f"    {SETS_POINTS}", *("" for _ in CANVAS_COLUMNS[1:]), two_decimals(most(standings))]
    for standing in standings.each():
        yield _row(standing)


def _row(standing: Standing) -> list[str]:
    person = standing.person
    ours = "" if person.id == person.canvas else person.id
    name = (person.name or person.id).replace(SETS_POINTS, SETS_POINTS.replace(" ", "_"))
    report = standing.report
    # There is no room to say that a part is not graded, and without that word it would be a zero.
    grade = "" if report is None or report.ungraded else two_decimals(summed(report).final)
    return [cell(name), cell(person.canvas), cell(ours), cell(person.email or ours), "", grade]
