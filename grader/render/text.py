"""Text, numbers and file names for other programs, and what every format says about a report."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from io import TextIOWrapper
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

from grader.model import Adjustment, Finding, Kind, Passed, Person, Result, TimedOut, Verdict
from grader.printable import plain_json, printable
from grader.report.report import Report, notes, number
from grader.report.scoring import Score, exercise_status, once_each, score
from grader.report.words import Told, example, guessed, headline, in_full, in_lines, told

if TYPE_CHECKING:
    from grader.report.standings import Standing, Standings

# What a spreadsheet takes for a formula, also behind spaces and quotes, also where it cuts a cell at ";".
FORMULA = re.compile("(^|;)(?=[\\s\"'\u201c\u2018]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
# Steps that floating point adds without any rounding.
BINARY = 1024


def lines_of(text: str) -> str:
    """Printable text of several lines, which stay lines: valid in XML 1.0 and in UTF-8."""
    return "\n".join(map(printable, text.split("\n")))


def cell(text: str) -> str:
    """A cell of text in a CSV file: an apostrophe stands before whatever would be a formula."""
    return printable(FORMULA.sub(r"\1'", text))


def points(number: Fraction | float) -> str:
    """Points for people: 7 or 7.5, with two decimals at most."""
    return two_decimals(Fraction(number)).rstrip("0").removesuffix(".")


def signed(number: Fraction) -> str:
    """Points that are added or taken away, for people: +3 or -7.5."""
    return points(number) if number < 0 else f"+{points(number)}"


def two_decimals(points: Fraction) -> str:
    """Points as gradebooks write them: 7.50; halves are rounded to even."""
    cents = round(points * 100)
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def decimal(points: Fraction) -> str:
    """Points for another program, exact where six decimals do; never with an exponent."""
    if points.denominator == 1:
        return str(points.numerator)
    return f"{float(points):.6f}".rstrip("0").rstrip(".")


def binary(points: Fraction) -> int | float:
    """Points to be added up by a program that only knows floating point, so that the sum has no crumbs.

    They are rounded to a multiple of 1/1024; such numbers add up exactly.
    """
    return number(Fraction(round(points * BINARY), BINARY))


def stamp(when: datetime) -> str:
    """A point in time in UTC: 2026-01-31T23:59:00Z."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def write_rows(rows: Iterable[Sequence[str]], to: BinaryIO, quoted: bool = False) -> None:
    """Writes the rows as UTF-8; whatever may be text in them has gone through cell() before.

    quoted: whether every cell is in quotes.
    """
    text = TextIOWrapper(to, "utf-8", newline="", write_through=False)
    written = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    written.writerows(rows)
    text.flush()
    text.detach()


def most(standings: Standings) -> Fraction:
    """What full marks are worth."""
    return sum((part.points for part in standings.parts), Fraction(0))


def nothing_came(standing: Standing) -> bool:
    """Whether somebody handed in nothing at all, as far as is known."""
    missing = standing.report is None and standing.handed_in is None
    return missing and not (standing.attempts or standing.trouble or standing.excused)


def without(standing: Standing) -> str:
    """Why somebody has no report, in two words."""
    if standing.excused:
        return "excused"
    return "not handed in" if nothing_came(standing) else "not graded"


# Everything else is replaced; a name neither begins with a dot or a dash nor ends with a dot.
UNSAFE = re.compile(r"[^A-Za-z0-9._-]|^[.-]|\.$")
# Windows keeps these for devices, whatever comes after a dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LONGEST = 80


class Names:
    """The names given so far in one folder; upper and lower case are the same there."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, id_: str) -> str:
        """A file name, without its ending, that nobody has been given yet.

        It is the id itself where that is safe, else what is safe of it and a piece of the id's hash.
        """
        name = next(name for name in _candidates(id_) if name.lower() not in self._given)
        self._given.add(name.lower())
        return name


def _candidates(id_: str) -> Iterator[str]:
    safe = UNSAFE.sub("_", id_)[:LONGEST] or "_"
    if safe == id_ and not RESERVED.fullmatch(id_):
        yield safe
    digest = sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()
    # The dash before the hash also ends what Windows would take for a device's name.
    stem = safe.replace(".", "_") if RESERVED.fullmatch(safe) else safe
    yield from (f"{stem}-{digest[:length]}" for length in (8, 16, 32, 64))
    yield from (f"{stem}-{digest}-{again}" for again in count(2))


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
    "not_graded": "not graded",
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
    mode: as Classroom 50 says whose work it is: individual, group or team.
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
    mode: str = "individual"

    @property
    def times(self) -> dict[str, Any] | None:
        """When the report was made, where that is known, as it stands there."""
        if self.started is None or self.seconds is None:
            return None
        return {"started": self.started.isoformat(timespec="seconds"), "seconds": self.seconds}


def with_items(head: dict[str, Any], name: str, items: Iterable[str]) -> str:
    """A JSON object with one more key, a list of items that are JSON text already, a line each."""
    pairs = ", ".join(f"{as_json(key)}: {as_json(value)}" for key, value in head.items())
    listed = ",\n".join(items)
    return f'{{{pairs}, "{name}": [\n{listed}\n]}}\n'


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
    """What became of a property, in full; the one that shows it best also says what the code does."""
    text, shown = in_full(verdict.outcome), told_of(result)
    if shown is not None and verdict is example(result):
        text = "\n".join((text, "", *in_lines(shown)))
    return lines_of(text)


def told_of(result: Result) -> Told | None:
    """What is shown of an exercise's findings, and last how many of its points hang on them.

    That is said only where it is seen: of one mistake, where all that is lost was lost in the same way.
    """
    shown, marks = told(result.findings), score(result)
    lost = marks.most - marks.points
    if shown is None or shown.guess or not lost or shown.causes > 1 or len(set(_ways_lost(result))) > 1:
        return shown
    hangs = "hangs" if lost == 1 else "hang"
    which = "All" if lost == marks.most else f"{points(lost)} of these"
    return replace(shown, stake=f"{which} {points(marks.most)} points {hangs} on this.")


def _ways_lost(result: Result) -> Iterator[tuple[str, str]]:
    """How each property went wrong that costs points: by its numbers, or with which words."""
    for verdict in result.verdicts:
        outcome = verdict.outcome
        if verdict.claim.kind is Kind.GRADED and not isinstance(outcome, Passed):
            yield type(outcome).__name__, "" if isinstance(outcome, TimedOut) else headline(outcome)


def in_short(first: Finding) -> str:
    """A finding where there is room for a line."""
    return printable(f"{'Probably' if guessed(first) else 'What the code does'}: {first.name}")


def overview(report: Report) -> str:
    """The whole report in a few lines: what stands on top, the score and its origin, then each exercise."""
    whole = summed(report)
    marks = whole.exercises
    lines = [text for note in report.notes for text in (printable(note), "")]
    lines.append(f"Score: {points(whole.final)} of {points(marks.most)}")
    if whole.lines:
        lines.append(f"Exercises: {points(marks.points)}")
        lines += [f"{printable(line.title)}: {signed(line.points)}" for line in whole.lines]
    if marks.most_bonus:
        lines.append(f"Bonus, on top: {points(marks.bonus)} of {points(marks.most_bonus)}")
    if report.rules:
        lines.append(f"Rules: {printable(report.rules)}")
    return "\n".join([*lines, "", *map(_standing, report.marks)])


@once_each(KEPT)
def _standing(result: Result) -> str:
    """The exercise's line, and beneath it what is known about it."""
    of = "/".join(map(points, score(result).own))
    name = printable(result.exercise.name)
    lines = [f"{name}: {WORDS[exercise_status(result)]}, {of}"]
    if result.diagnosis:
        lines.append(f"  {in_short(result.diagnosis)}")
    return "\n".join(lines + [f"  Note on {name}: {printable(note)}" for note in notes(result)])
