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
from grader.submission.hand_in import named
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


# Canvas takes any row whose first cell says so for the one that sets what assignments are worth.
SETS_POINTS = "Points Possible"
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# What else Canvas's own export may have of a person, in its order.
OF_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
ANY, POINTS_GRADE, WITH_ID = re.compile(""), re.compile(" Points Grade"), re.compile(r"\|[0-9]+\s*$")


def column_of(standings: Standings, sign: re.Pattern[str]) -> str:
    """The assignment's heading as the platform has it in the roster; empty where the roster has none.

    sign: what every heading of an assignment has. Which it is was asked for, or has the course's title in it.
    Raises UsageError where more than one may be meant.
    """
    headings = dict.fromkeys(h for s in standings.each() for h in s.row if sign.search(h))
    wanted = (standings.column or standings.title).casefold()
    found = [heading for heading in headings if wanted in heading.casefold()]
    exact = [heading for heading in found if wanted == heading.casefold()]
    if len(exact or found) > 1:
        several = " and ".join(printable(heading) for heading in found[:2])
        raise UsageError(f"the roster has {several}", "say which column is meant: --column HEADING")
    return (exact or found or [""])[0]


def canvas_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class; whoever has no report, or one that grades a part only, has no grade.

    Where the roster is Canvas's own export, a person's cells and the assignment's heading, with its number,
    are as they stand there. Else ID is Canvas's own number of a person, where that is known; what we know
    people by otherwise is no number of Canvas's, and might be somebody else's there. EX is who is excused.

    An assignment that Canvas does not know by that heading is a new one.
    """
    write_rows(_canvas_rows(standings), to)


def _canvas_rows(standings: Standings) -> Iterator[list[str]]:
    heading = column_of(standings, ANY) or standings.column or standings.title
    there = {name for standing in standings.each() for name in standing.row if _of_canvas(standing)}
    columns = [name for name in OF_CANVAS if name in {*CANVAS_COLUMNS, *there}]
    yield [*columns, cell(heading)]
    yield [f"    {SETS_POINTS}", *("" for _ in columns[1:]), two_decimals(most(standings))]
    for standing in standings.each():
        row = standing.row if _of_canvas(standing) else _for_canvas(standing)
        said = [row.get(name, "") for name in columns]
        said[0] = said[0].replace(SETS_POINTS, SETS_POINTS.replace(" ", "_"))
        yield [*map(cell, said), "EX" if standing.excused else grade(standing)]


def _of_canvas(standing: Standing) -> bool:
    return {"Student", "ID", "Section"} <= standing.row.keys()


def _for_canvas(standing: Standing) -> dict[str, str]:
    person = standing.person
    ours = "" if person.id == person.canvas else person.id
    cells = (person.name or person.id, person.canvas, ours, person.email or ours, standing.section)
    return dict(zip(CANVAS_COLUMNS, cells, strict=True))


def grade(standing: Standing) -> str:
    """The final score with two decimals; empty where there is none.

    There is no room to say that a part is not graded, and without that word it would be a zero.
    """
    report = standing.report
    return "" if report is None or report.ungraded else two_decimals(summed(report).final)


# The columns without which Moodle takes no worksheet. Others come with the worksheet.
MOODLE_COLUMNS = ("Identifier", "Full name", "Email address", "Grade", "Last modified (grade)")
# What the grade's column is called, and that of the most there is, in some of Moodle's languages.
GRADE = {"grade", "bewertung", "calificación", "note", "nota", "valutazione", "beoordeling", "cijfer"}
MAXIMUM = {"maximum grade", "bestwertung", "calificación máxima", "note maximale", "maximale beoordeling"}


def moodle_class(standings: Standings, to: BinaryIO) -> None:
    """Writes Moodle's grading worksheet, as it came where it was the roster, with the grades in it.

    Without it a person is known by the participant's number, which Moodle's download says. Who has no grade
    has an empty cell, which Moodle passes over. No grade is above what the worksheet says is the most: Moodle
    would pass over it without a word.
    Raises UsageError where Moodle could not tell whose a grade is, or would take less than full marks.
    """
    write_rows(_moodle_rows(standings), to)


def _moodle_rows(standings: Standings) -> Iterator[list[str]]:
    heading = column_of(standings, ANY) if standings.column else ""
    worksheet = next((list(s.row) for s in standings.each() if "Identifier" in s.row), [])
    columns = worksheet or list(MOODLE_COLUMNS)
    graded = [name for name in columns if (name == heading if heading else name.casefold() in GRADE)]
    if len(graded) != 1:
        raise UsageError("nobody can tell which column of the worksheet is the grade", "say --column HEADING")
    top = next((name for name in columns if name.casefold() in MAXIMUM), "")
    yield list(map(cell, columns))
    for standing in standings.each():
        row = standing.row if "Identifier" in standing.row else _for_moodle(standing)
        points = grade(standing)
        if not row and points:
            who = printable(standing.person.id)
            raise UsageError(
                f"Moodle could not tell who {who} is, of whom no participant's number is known",
                "give batch the grading worksheet of the assignment as --roster",
            )
        if row:
            said = {**row, graded[0]: _at_most(points, row.get(top, ""), most(standings)) if points else ""}
            # So Moodle says that nothing was graded yet; no spreadsheet takes that alone for a formula.
            yield [text if (text := said.get(name, "")) == "-" else cell(text) for name in columns]


def _for_moodle(standing: Standing) -> dict[str, str]:
    """What is known of somebody who is not in a worksheet; nothing where that is no participant's number."""
    what = named(standing.report.submission) if standing.report else None
    number = what.id if what and what.system == "Moodle" else standing.person.id
    if not number.isdecimal() or (standing.row and what is None):
        return {}
    person = standing.person
    cells = (f"Participant {number}", person.name, person.email, "", "-")
    return dict(zip(MOODLE_COLUMNS, cells, strict=True))


def _at_most(points: str, said: str, full: Fraction) -> str:
    """The points, or what the worksheet says is the most."""
    number = said.replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", number):
        return points
    if (top := Fraction(number)) < full:
        most_ = two_decimals(full)
        raise UsageError(
            f"Moodle takes {number} points at most, and full marks are {most_} here",
            f"set the assignment's maximum grade to {most_} in Moodle, and download its worksheet again",
        )
    return min(points, two_decimals(top), key=Fraction)


# What no grade item's name may have in Brightspace.
NO_NAME = re.compile(r'[/"*<>+=|,%]')
END = "End-of-Line Indicator"


def brightspace_class(standings: Standings, to: BinaryIO) -> None:
    """Writes who has a grade, as Brightspace imports it; keys are as the roster has them."""
    write_rows(_brightspace_rows(standings), to)


def _brightspace_rows(standings: Standings) -> Iterator[list[str]]:
    name = " ".join(NO_NAME.sub(" ", standings.column or standings.title).split())
    heading = column_of(standings, POINTS_GRADE) or f"{name.removesuffix(' Points Grade')} Points Grade"
    keys = ["OrgDefinedId", "Username"]
    there = {key for standing in standings.each() for key in keys if standing.row.get(key)}
    columns = [key for key in keys if key in there] or keys[:1]
    yield [*columns, cell(heading), END]
    for standing in standings.each():
        if points := grade(standing):
            row = standing.row if there & standing.row.keys() else {columns[0]: standing.person.id}
            yield [*(cell(row.get(name, "")) for name in columns), points, "#"]


BLACKBOARD_COLUMNS = ("Last Name", "First Name", "Username")


def blackboard_class(standings: Standings, to: BinaryIO) -> None:
    """Writes who has a grade, as Blackboard's grade centre takes it: every cell in quotes.

    Raises UsageError where the item's heading, which ends with its number, is not known: of a column without
    one Blackboard makes a new one, of text.
    """
    heading = column_of(standings, WITH_ID) or standings.column
    if not WITH_ID.search(heading):
        raise UsageError(
            "Blackboard knows a column by the number at its end, and the roster has none of this course's",
            "give batch the grade centre's download as --roster, and the heading here: --column HEADING",
        )
    write_rows(_blackboard_rows(standings, heading), to, quoted=True)


def _blackboard_rows(standings: Standings, heading: str) -> Iterator[list[str]]:
    yield [*BLACKBOARD_COLUMNS, cell(heading)]
    for standing in standings.each():
        if points := grade(standing):
            last, first = names(standing.person.name)
            row = standing.row or dict(
                zip(BLACKBOARD_COLUMNS, (last, first, standing.person.id), strict=True)
            )
            yield [*(cell(row.get(name, "")) for name in BLACKBOARD_COLUMNS), points]
