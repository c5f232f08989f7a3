"""The roster: how it is read, and how it joins what was handed in."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from grader.errors import UsageError
from grader.model import Person
from grader.printable import printable
from grader.submission.hand_in import Entry, Found, Handin

MOST = 64 << 20
NEXT = "write a CSV file in UTF-8 that begins with the line student_id,name,email,path"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the roster.

    line: where the row begins, counted from 1.
    path: where the person's work is below the folder; empty where that is not said, None where the path
        leads out of the folder.
    """

    line: int
    person: Person
    path: tuple[str, ...] | None


def read(roster: Path) -> list[Row]:
    """The rows in their order.

    Columns beyond the four are passed over; only student_id has to be there. Commas, semicolons and
    tabulators may separate.
    Raises UsageError for a file that is no such table, and for an id that stands in it twice.
    """
    where = printable(str(roster))
    try:
        rows = list(_rows(_text(roster, where), where))
    except csv.Error as error:
        raise UsageError(f"the roster {where} is no table: {error}", NEXT) from None
    lines: dict[str, int] = {}
    for row in rows:
        if row.person.id in lines:
            raise UsageError(
                f"the roster {where} has {printable(row.person.id)} twice, "
                f"in lines {lines[row.person.id]} and {row.line}",
                "let every person stand there once",
            )
        lines[row.person.id] = row.line
    return rows


def _text(roster: Path, where: str) -> str:
    try:
        with roster.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise UsageError(f"the roster {where} cannot be read: {error.strerror}", "check the path") from None
    if len(data) > MOST:
        raise UsageError(f"the roster {where} is larger than {MOST >> 20} MiB", NEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"the roster {where} is not UTF-8 text, in line {line}", NEXT) from None


def _rows(text: str, where: str) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    separator = max(",;\t", key=text.splitlines()[0].count) if text.strip() else ","
    reader = csv.reader(lines, delimiter=separator, strict=True)
    columns = [name.strip().lower() for name in next(reader, [])]
    if "student_id" not in columns:
        raise UsageError(f"the roster {where} does not begin with a line that names student_id", NEXT)
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if any(map(str.strip, cells)):
            yield _row(line, columns, cells, where)


def _row(line: int, columns: Sequence[str], cells: Sequence[str], where: str) -> Row:
    # The first column of a name counts.
    values = dict(reversed([*zip(columns, map(str.strip, cells), strict=False)]))
    if not values.get("student_id"):
        raise UsageError(f"the roster {where}, line {line}, has no student_id", "write the person's id there")
    person = Person(values["student_id"], values.get("name", ""), values.get("email", ""))
    return Row(line, person, _path(values.get("path", "")))


def _path(path: str) -> tuple[str, ...] | None:
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    return None if path.startswith("/") or ".." in parts or "\0" in path else parts


LONG_AGO = datetime.min.replace(tzinfo=UTC)
Owned = tuple[Person, Entry]
Troubles = list[tuple[str, str]]


def joined(entries: Sequence[Entry], rows: Sequence[Row] | None) -> Found:
    """The hand-ins in order; rows is None where there is no roster."""
    troubles: Troubles = []
    if rows is None:
        owned, absent = [(entry.person, entry) for entry in entries if not entry.stray], []
        troubles += [(printable(entry.paths[0]), entry.stray) for entry in entries if entry.stray]
    else:
        owned = list(_owned(entries, rows, troubles))
        present = {person.id for person, _ in owned}
        absent = [row.person for row in rows if row.person.id not in present]
    owned.sort(key=_order)
    handins: list[Handin] = []
    for _, group in groupby(owned, key=lambda pair: pair[0].id):
        handins += _numbered(list(group), troubles)
    return Found(tuple(handins), tuple(absent), tuple(troubles))


def _order(pair: Owned) -> tuple[str, datetime, str]:
    person, entry = pair
    return person.id, entry.handed_in or LONG_AGO, entry.paths[0]


def _numbered(group: list[Owned], troubles: Troubles) -> Iterator[Handin]:
    series = {entry.series for _, entry in group}
    if len(group) > 1 and (len(series) > 1 or "" in series):
        places = ", ".join(printable(entry.paths[0]) for _, entry in group[:3])
        more = f" and {len(group) - 3} more" if len(group) > 3 else ""
        who = printable(group[0][0].id)
        troubles.append((who, f"handed in more than once, as far as names tell: {places}{more}"))
    for number, (person, entry) in enumerate(group, 1):
        yield Handin(person, printable(entry.paths[0]), entry.handed_in, number, entry.read)


def _owned(entries: Sequence[Entry], rows: Sequence[Row], troubles: Troubles) -> Iterator[Owned]:
    """Each hand-in with each person it is from, as the roster knows them."""
    for row in rows:
        if row.path is None:
            troubles.append((f"the roster, line {row.line}", "its path leads out of the folder"))
    match = _Match(entries, rows)
    taken = set()
    for entry in entries:
        people = match.people(entry)
        if not people and entry.stray:
            troubles.append((printable(entry.paths[0]), entry.stray))
            continue
        if not people:
            troubles.append(
                (printable(entry.paths[0]), f"from {printable(entry.person.id)}, not in the roster")
            )
        for person in people or [entry.person]:
            if (person.id, entry.paths[0]) not in taken:
                yield person, entry
            taken.add((person.id, entry.paths[0]))


class _Match:
    """Finds a hand-in's people in the roster: by path, else by id, else by id in other letters."""

    def __init__(self, entries: Sequence[Entry], rows: Sequence[Row]) -> None:
        self._by_path: dict[str, list[Person]] = defaultdict(list)
        self._by_letters: dict[str, list[Person]] = defaultdict(list)
        self._by_id = {row.person.id: row.person for row in rows}
        for row in rows:
            self._by_letters[_letters(row.person.id)].append(row.person)
            if row.path:
                self._by_path["/".join(row.path)].append(row.person)
        self._same_letters = Counter(map(_letters, {entry.person.id for entry in entries}))

    def people(self, entry: Entry) -> list[Person]:
        """The roster's people, with what the hand-in itself says of them where the roster is silent."""
        named = next((self._by_path[path] for path in entry.paths if path in self._by_path), None)
        people = named or self._by_its_id(entry.person.id)
        if len(people) > 1 or not people:
            return people
        (person,) = people
        told = entry.person
        return [Person(person.id, person.name or told.name, person.email or told.email)]

    def _by_its_id(self, own: str) -> list[Person]:
        if own in self._by_id:
            return [self._by_id[own]]
        letters = _letters(own)
        people = self._by_letters.get(letters, [])
        return people if len(people) == 1 and self._same_letters[letters] == 1 else []


def _letters(text: str) -> str:
    """The text without the difference of capitals, or of ways to write an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
