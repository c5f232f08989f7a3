"""Targets: what lies on a disk, where anybody may have written and disks may have failed."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from grader.classroom.batch import rescored
from grader.classroom.gradebook import reading, writing
from grader.classroom.store import add_up
from grader.errors import GraderError
from grader.model import Person
from grader.render.export import CLASS, SINGLE, export
from grader.render.html.class_page import render_class
from tests.fuzz.mutating import of_bytes, of_json
from tests.fuzz.running import Target
from tests.fuzz.scratch import folder, written
from tests.grader.classroom.test_gradebook import RUBRIC, VERSIONS, evidence, graded, plain

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = (
    "people",
    "rubrics",
    "evidence",
    "outcomes",
    "attempts",
    "marks",
    "troubles",
    "seeds",
    "secrets",
    "sums",
)


@cache
def _book() -> bytes:
    path = folder("book") / "whole.sqlite"
    with writing(path) as writer:
        writer.score_by(RUBRIC)
        writer.count_by(0)
        writer.meet([Person("zoe", "Zoe")])
        writer.add(graded("ada", handed_in=NOON), evidence())
        writer.add(graded("bob"), evidence(mul=False))
        writer.trouble("bob.zip", Person("bob"), "it is damaged", passing=False)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


def _opened(connection: sqlite3.Connection) -> list[str]:
    """Take the triggers away that let nothing change; the statements that bring them back."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [statement for _, statement in triggers]


def used(path: Path) -> None:
    """All that is done with a gradebook; each may end in one of our errors, and in no other."""
    steps: Iterable[Callable[[Path], object]] = (_read, _exported, _page, _rescored, _written)
    for step in steps:
        with suppress(GraderError):
            step(path)


def _read(path: Path) -> None:
    with suppress(GraderError), reading(path) as reader:
        reader.digest()
    with reading(path) as reader:
        for standing in reader.standings().each():
            assert standing.report is None or standing.report.final >= 0


def _exported(path: Path) -> None:
    to = folder("book") / "out"
    for name in (*CLASS, *SINGLE):
        shutil.rmtree(to, ignore_errors=True)
        with suppress(GraderError), reading(path) as reader:
            export(reader.standings(), name, to / "class" if name in CLASS else to)
        to.mkdir(exist_ok=True)


def _page(path: Path) -> None:
    # Drawing takes long, so only some inputs get that far.
    if hashlib.sha256(path.read_bytes()).digest()[0] < 4:
        with reading(path) as reader:
            render_class(reader.standings(), NOON, folder("book") / "class.html")


def _rescored(path: Path) -> None:
    rescored(path, RUBRIC)


def _written(path: Path) -> None:
    with writing(path) as writer:
        for step in (
            lambda: writer.known([b"a", b"ada"]),
            lambda: writer.add(graded("eve"), evidence()),
            lambda: writer.trouble("x", Person("eve"), "why", passing=True),
            lambda: writer.settle(["x"]),
            lambda: writer.score_by(RUBRIC),
        ):
            with suppress(GraderError):
                step()


def _seeds() -> list[bytes]:
    # What draws is imported at its first use, which takes longer than any input may.
    path = _fresh(_book())
    with reading(path) as reader:
        render_class(reader.standings(), NOON, folder("book") / "class.html")
    return [_book()]


def _fresh(data: bytes) -> Path:
    for ending in ("-wal", "-shm", "-journal"):
        (folder("book") / f"class.sqlite{ending}").unlink(missing_ok=True)
    return written("book", "class.sqlite", data)


def gradebook(data: bytes) -> None:
    """A gradebook's file with bytes changed."""
    used(_fresh(data))


def rows(data: bytes) -> None:
    """A gradebook whose tables hold what they should not; the input is a list of changes as JSON."""
    try:
        changes = json.loads(data)
    except (ValueError, RecursionError):
        return
    path = _fresh(_book())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = _opened(connection)
        for change in changes if isinstance(changes, list) else ():
            with suppress(sqlite3.Error, ValueError, TypeError, RecursionError, OverflowError):
                _change(connection, *change)
        for trigger in triggers:
            with suppress(sqlite3.Error):
                connection.execute(trigger)
        # Somebody who wants to be believed: else all of it would only be told as damaged.
        with suppress(sqlite3.Error, UnicodeDecodeError):
            add_up(connection)
    used(path)


def _change(connection: sqlite3.Connection, table: str, column: str, value: object) -> None:
    """Put a value into the rows of a column, as far as they may; a table without a column is dropped."""
    if not column:
        connection.execute(f'DROP TABLE "{table}"')
        return
    if isinstance(value, dict | list):
        value = json.dumps(value)
    if isinstance(value, str):
        # What is half a character becomes text that is no UTF-8.
        data, kind = value.encode("utf-8", "surrogatepass"), "BLOB" if value.startswith("\0") else "TEXT"
        connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = CAST(? AS {kind})', (data,))
    else:
        connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ?', (value,))


COLUMNS = {
    "people": ("id", "name", "email"),
    "rubrics": ("id", "digest", "body"),
    "evidence": ("id", "digest", "body"),
    "outcomes": ("key", "exercise", "evidence"),
    "attempts": (
        "person",
        "submission",
        "course",
        "seed",
        "handed_in",
        "name",
        "isolation",
        "versions",
        "rules",
    ),
    "marks": ("attempt", "position", "exercise", "outcome"),
    "troubles": ("place", "person", "sentence", "passing"),
    "seeds": ("id", "seed"),
    "secrets": ("key",),
}


def _row_seeds() -> list[bytes]:
    rubric = json.loads(RUBRIC.to_json())
    rubric["policy"] = {"deadline": "2026-02-28T12:00:00+00:00", "late_per_day": 10, "grace_minutes": 5}
    rubric["policy"] |= {"late_most": 50, "attempt": "last", "weights": {"add": 2}}
    changes: list[list[object]] = [
        [table, column, "x"] for table, names in COLUMNS.items() for column in names
    ]
    changes += [[table, "", None] for table in TABLES]
    changes += [["rubrics", "body", rubric], ["attempts", "versions", dict(VERSIONS)]]
    changes += [["evidence", "body", plain(name, right)] for name in ("add", "together") for right in (0, 1)]
    assert _seeds()
    changes += [["attempts", "handed_in", "2026-03-01T12:00:00+00:00"], ["rubrics", "body", rubric]]
    return [json.dumps([change]).encode() for change in changes]


def of_rows(chance: Random, data: bytes) -> bytes:
    """Mostly the value changes: a column of another name only does nothing."""
    changes = json.loads(data) if data.startswith(b"[[") else []
    if not changes or chance.random() < 0.1:
        return of_json(chance, data)
    at = chance.randrange(len(changes))
    if isinstance(changes[at], list) and len(changes[at]) == 3:
        changes[at][2] = json.loads(of_json(chance, json.dumps(changes[at][2]).encode()) or b"null")
    return json.dumps(changes).encode()


def safely(mutate: Callable[[Random, bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    """The change, or one of bytes where there is no JSON."""

    def change(chance: Random, data: bytes) -> bytes:
        try:
            return mutate(chance, data)
        except (ValueError, TypeError, RecursionError):
            return of_bytes(chance, data)

    return change


STORED = {
    "gradebook": Target(gradebook, _seeds, (GraderError,)),
    "rows": Target(rows, _row_seeds, (GraderError,), safely(of_rows)),
}
