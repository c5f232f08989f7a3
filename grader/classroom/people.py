"""What an instructor says of single people: extensions, excuses, points by hand, sections and groups.

It stands in one small file beside the roster, CSV or TOML, is kept in the gradebook, and is applied when
scores are read: nothing is run for it. Whatever it does to a score is a line of its own in the report.
"""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.machine.files import added, replaced
from grader.model import Adjustment, NotGraded, Person, Result
from grader.printable import printable, typed
from grader.report.evidence import text
from grader.report.rubric import YEARS, Attempt, Policy, latest
from grader.report.scoring import exercise_status
from grader.report.standings import Standing, Standings
from grader.report.words import alone_only
from grader.submission.roster import Row, tables

KEYS = ("id", "until", "days", "handed_in", "excused", "points", "comment", "section", "group")
# For whoever reads the file; the grader has these from the roster.
PASSED_OVER = ("name", "email")
LARGEST = 10**6  # points by hand, and days
NEXT = f"its columns, or its keys in [[person]], are: {', '.join(KEYS)}"
EXTENSION, GROUP, MANUAL = "extension", "group", "manual"


@dataclass(frozen=True, slots=True)
class Matter:
    """What is said of one person.

    until: the person's own deadline; without a zone it is what the course's clocks show.
    days: how many days later than the others' the person's deadline is.
    handed_in: when the work came, where no platform says it.
    excused: why there is no mark; empty where there is one.
    points: what is added by hand, or taken away, each with its comment.
    comment: on the extension.
    """

    until: datetime | None = None
    days: Fraction = Fraction(0)
    handed_in: datetime | None = None
    excused: str = ""
    points: tuple[tuple[Fraction, str], ...] = ()
    comment: str = ""
    section: str = ""
    group: str = ""

    def to_json(self) -> str:
        """As the gradebook keeps it."""
        plain = {
            "until": self.until and self.until.isoformat(),
            "days": _decimal(self.days),
            "handed_in": self.handed_in and self.handed_in.isoformat(),
            "excused": self.excused,
            "points": [[_decimal(number), comment] for number, comment in self.points],
            "comment": self.comment,
            "section": self.section,
            "group": self.group,
        }
        return json.dumps(plain)


NOTHING = Matter()


def _decimal(number: Fraction) -> str:
    """Exact: what is read here has nine decimals at most."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def from_json(body: str) -> Matter:
    """What to_json() gave; raises ValueError for anything else."""
    try:
        plain = json.loads(body)
        until, handed_in = (plain[key] and _time(plain[key]) for key in ("until", "handed_in"))
        points = tuple(
            (_number(text(number), "points"), text(comment)) for number, comment in plain["points"]
        )
        words = {key: text(plain[key]) for key in ("excused", "comment", "section", "group")}
        return Matter(until, _number(text(plain["days"]), "days"), handed_in, points=points, **words)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no word on a person: {error}") from None


@dataclass(frozen=True, slots=True)
class Said:
    """All that a file says.

    matters: by id, as the file calls people. lines: where each id stands first.
    where: the file.
    """

    matters: Mapping[str, Matter]
    lines: Mapping[str, str]
    where: str

    def groups(self, rows: Iterable[Row]) -> dict[str, list[str]]:
        """The members of each group, as the roster calls them."""
        known = aliases(rows)
        found: dict[str, list[str]] = defaultdict(list)
        for id_, matter in self.matters.items():
            if matter.group:
                found[matter.group].append(known.get(id_, id_))
        return found

    def known_as(self, known: Mapping[str, str]) -> dict[str, Matter]:
        """The same by the ids that people go by; known has them by all else they are called.

        Raises UsageError for somebody unknown, and for two that are one.
        """
        found: dict[str, Matter] = {}
        for id_, matter in self.matters.items():
            where = f"{self.where}, {self.lines[id_]},"
            own = known.get(id_)
            if own is None:
                raise UsageError(
                    f"{where} names {printable(id_)}, whom neither the roster nor the gradebook knows",
                    "write the id as the roster or the gradebook has it",
                )
            if own in found:
                raise UsageError(f"{where} names {printable(own)} by another id once more", "use one id")
            found[own] = matter
        return found


def aliases(rows: Iterable[Row]) -> dict[str, str]:
    """People's ids by all that the roster calls them, as far as only one is called so."""
    called: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name in (row.person.id, *row.also):
            called[name].add(row.person.id)
    ids = {row.person.id: row.person.id for row in rows}
    return {name: next(iter(people)) for name, people in called.items() if len(people) == 1} | ids


def read(path: Path) -> Said:
    """What a file says of people; raises UsageError where it makes no sense."""
    where = printable(str(path))
    matters: dict[str, Matter] = {}
    lines: dict[str, str] = {}
    for line, entry in _entries(path, where):
        here = f"{where}, {line},"
        if odd := sorted(entry.keys() - {*KEYS, *PASSED_OVER}):
            raise UsageError(f"{here} knows no {printable(odd[0])!r}", NEXT)
        if not isinstance(id_ := entry.get("id", ""), str) or not id_:
            raise UsageError(f"{here} does not say whom it is about", NEXT)
        try:
            matters[id_] = _joined(matters.get(id_, NOTHING), _matter(entry))
        except ValueError as error:
            raise UsageError(f"{here} of {printable(id_)}: {error}", NEXT) from None
        lines.setdefault(id_, line)
    return Said(matters, lines, where)


def _entries(path: Path, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What stands there of each person, with its place."""
    if path.suffix.lower() == ".toml":
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise UsageError(f"{where} cannot be read: {error.strerror}", "check the path") from None
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where} is no TOML: {error}", "begin each person with [[person]]") from None
        people = table.get("person")
        if set(table) != {"person"} or not isinstance(people, list):
            raise UsageError(f"{where} holds something else than people", "begin each with [[person]]")
        for number, entry in enumerate(people, 1):
            if not isinstance(entry, dict):
                raise UsageError(f"{where} holds something else than people", "begin each with [[person]]")
            yield f"person {number}", {key: value for key, value in entry.items() if value != ""}
        return
    for line, columns, cells in tables(path):
        names = ["id" if name in ("student_id", "student id") else name for name in map(str.lower, columns)]
        pairs = zip(names, (cell.strip() for cell in cells), strict=False)
        yield f"line {line}", {name: cell for name, cell in pairs if cell and name}


def _matter(entry: Mapping[str, Any]) -> Matter:
    words = {key: _word(entry, key) for key in ("excused", "comment", "section", "group")}
    points: tuple[tuple[Fraction, str], ...] = ()
    if "points" in entry:
        number = _number(entry["points"], "points")
        if abs(number) > LARGEST:
            raise ValueError(f"points are at most {LARGEST:,}")
        points, words["comment"] = ((number, words["comment"]),), ""
    days = _number(entry.get("days", 0), "days")
    if not 0 <= days <= LARGEST:
        raise ValueError(f"days are a number from 0 to {LARGEST:,}, by which the deadline is later")
    until, handed_in = (_moment(entry.get(key), key) for key in ("until", "handed_in"))
    if until and days:
        raise ValueError("until and days are two ways to say one thing: give one of them")
    return Matter(until, days, handed_in, points=points, **words)


def _joined(before: Matter, new: Matter) -> Matter:
    """What two lines say of one person; raises ValueError where they do not agree."""
    both: dict[str, Any] = {}
    for key in ("until", "days", "handed_in", "excused", "comment", "section", "group"):
        first, second = getattr(before, key), getattr(new, key)
        if first and second and first != second:
            raise ValueError(f"{key} is said before, and differently")
        both[key] = second or first
    return Matter(**both, points=(*before.points, *new.points))


def _word(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if key == "excused" and isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"{key} is a text")
    return printable(value.strip())


def _number(value: Any, key: str) -> Fraction:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,9}([.,][0-9]{1,9})?", value):
        return Fraction(value.replace(",", "."))
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return round(Fraction(str(value)), 9)
    raise ValueError(f"{key} is a number such as 2 or -1.5, not {str(value)!r:.40}")


def _moment(value: Any, key: str) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        return _time(value) if isinstance(value, str) else _time(value.isoformat())
    except (ValueError, AttributeError):
        what = f"{key} is a date and time such as 2026-12-03T23:59, not {str(value)!r:.40}"
        raise ValueError(what) from None


def _time(said: str) -> datetime:
    time = datetime.fromisoformat(said)
    # A day alone means its end: whoever writes "until Friday" means Friday, too.
    if re.fullmatch(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", said):
        time = time.replace(hour=23, minute=59, second=59)
    if time.year not in YEARS:
        raise ValueError(f"{said} is in no year of a course")
    return time


def deadline_of(matter: Matter, policy: Policy) -> datetime | None:
    """Until when somebody is in time; raises ValueError where that is earlier than for everybody."""
    common = policy.deadline
    if common is None:
        return None
    own = common
    if matter.until is not None:
        own = _in_zone(matter.until, policy)
    elif matter.days and policy.zone is not None:
        later = timedelta(days=float(matter.days))
        own = latest(common.replace(tzinfo=None) + later, policy.zone).astimezone(policy.zone)
    elif matter.days:
        own = common + timedelta(days=float(matter.days))
    if own < common:
        raise ValueError(f"until {shown(own)} is before the course's own deadline, {shown(common)}")
    return own


def _in_zone(time: datetime, policy: Policy) -> datetime:
    """A moment that the course's clocks show, where no zone is said."""
    if time.tzinfo is not None:
        return time
    if policy.zone is not None:
        return latest(time, policy.zone).astimezone(policy.zone)
    zone = policy.deadline.tzinfo if policy.deadline else UTC
    return time.replace(tzinfo=zone)


def shown(when: datetime) -> str:
    """A moment with its zone, as a line says it."""
    return when.isoformat(" ", timespec="minutes")


def check(matters: Mapping[str, Matter], policy: Policy) -> None:
    """Raise UsageError where something makes no sense with the course's policy."""
    for id_, matter in matters.items():
        try:
            deadline_of(matter, policy)
        except ValueError as error:
            raise UsageError(f"the extension of {printable(id_)}: {error}", "correct the date") from None


def policy_for(matter: Matter, policy: Policy) -> Policy:
    """The course's policy with the person's own deadline."""
    try:
        return replace(policy, deadline=deadline_of(matter, policy))
    except ValueError:  # course.toml's deadline was moved since
        return policy


def came(attempts: Sequence[Attempt], matter: Matter, policy: Policy) -> list[Attempt]:
    """The attempts; where nobody knows when one came, at the time that is said here."""
    if matter.handed_in is None:
        return list(attempts)
    at = _in_zone(matter.handed_in, policy)
    return [a if a.handed_in is not None else replace(a, handed_in=at) for a in attempts]


def lines(matter: Matter, policy: Policy) -> Iterator[Adjustment]:
    """What is said of somebody, a line each; policy is the course's."""
    if matter.group:
        yield Adjustment(f"{GROUP}: {matter.group}", Fraction(0))
    if matter.until or matter.days:
        own = policy_for(matter, policy).deadline
        until = "the course has no deadline" if own is None else f"until {shown(own)}"
        yield Adjustment(f"{EXTENSION}: {until}{_why(matter.comment)}", Fraction(0))
    for number, comment in matter.points:
        yield Adjustment(f"{MANUAL}: {comment or 'points by hand'}", number)


def _why(comment: str) -> str:
    return f" ({comment})" if comment else ""


def to_look_at(standings: Standings) -> Iterator[tuple[str, str]]:
    """Whose work somebody should look at, and why: the grader could not tell, or not by itself."""
    for standing in standings.each():
        if why := "; ".join(_why_to_look(standing)):
            yield standing.person.id, why


def _why_to_look(standing: Standing) -> Iterator[str]:
    report = standing.report
    if standing.trouble:
        yield standing.trouble
    if report is None:
        return
    late = [r.exercise.name for r in report.marks if exercise_status(r) == "timed_out"]
    if late:
        yield f"no answer in time: {', '.join(late)}"
    if alone_only(report.results, report.together):
        yield "every exercise passes alone, and not together"
    passed = [r for r in report.results if exercise_status(r) == "passed"]
    if not passed and any(exercise_status(r) == "crashed" for r in report.results):
        yield "nothing passes, and something crashes: it may have been written for another layout"


HIDDEN = {
    EXTENSION: "extension: a later deadline",
    GROUP: "group: handed in together",
    MANUAL: "manual: points by hand",
}


def anonymous(standings: Standings, key: Path) -> Standings:
    """The class under pseudonyms, in their order, without what says who somebody is.

    key: the CSV file that says whose each pseudonym is; made if missing, and added to. Who is in it already
        keeps the pseudonym. Only its owner may read it.
    Left out are names, addresses, times of handing in, names of files, comments, groups and sections.
    """
    people = list(standings.each())
    names = _pseudonyms([standing.person for standing in people], key)
    hidden = sorted((_hidden(one, names[one.person.id]) for one in people), key=lambda s: s.person.id)
    return replace(standings, each=lambda: iter(hidden))


def _pseudonyms(people: Sequence[Person], key: Path) -> dict[str, str]:
    header = ["pseudonym", "id", "name", "email"]
    rows: list[list[str]] = []
    if key.exists():
        try:
            with key.open(encoding="utf-8", newline="") as file:
                first, *rows = list(csv.reader(file))
        except (OSError, ValueError, csv.Error):
            first = []
        if first != header or any(len(row) != len(header) for row in rows):
            raise UsageError(
                f"{printable(str(key))} is no list of pseudonyms", "name a file that is not there"
            )
    names = {row[1]: row[0] for row in rows}
    taken = set(names.values())
    for person in people:
        if person.id not in names:
            new = next(n for n in iter(lambda: f"p{secrets.token_hex(4)}", "") if n not in taken)
            taken.add(new)
            names[person.id] = new
            rows.append([new, person.id, person.name, person.email])
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    data = stream.getvalue().encode("utf-8", "surrogatepass")
    try:
        (replaced if key.exists() else added)(key, data, 0o600)
    except OSError as error:
        what = f"{printable(str(key))} cannot be written: {error.strerror}"
        raise UsageError(what, f"check {typed(key.parent)}") from None
    return names


def _hidden(standing: Standing, name: str) -> Standing:
    report = standing.report
    if report is not None:
        report = replace(
            report,
            submission=name,
            results=tuple(map(_nameless, report.results)),
            together=report.together and _nameless(report.together),
            adjustments=tuple(
                replace(line, title=HIDDEN.get(line.title.partition(":")[0], line.title))
                for line in report.adjustments
            ),
        )
    trouble = standing.trouble and "what was handed in could not be graded, or not in full"
    return replace(
        standing,
        person=Person(name),
        report=report,
        handed_in=None,
        times=(),
        trouble=trouble,
        excused=standing.excused and "yes",
        section="",
        row={},
    )


def _nameless(result: Result) -> Result:
    """Without names of files, which often are their authors'; an equal result stays the same object."""
    unclear = any(isinstance(verdict.outcome, NotGraded) for verdict in result.verdicts)
    if not (unclear or result.taken or result.beside or result.notes):
        return result
    verdicts = tuple(
        replace(v, outcome=NotGraded("nobody can tell which file is meant"))
        if isinstance(v.outcome, NotGraded)
        else v
        for v in result.verdicts
    )
    return replace(result, verdicts=verdicts, taken="", beside=(), notes=())
