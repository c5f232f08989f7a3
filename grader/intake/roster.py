"""Who is in the class: a table "student_id,name,email,path"."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.model import Person
from grader.printable import printable

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
