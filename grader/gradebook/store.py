"""The gradebook's file: an SQLite database that is opened with care, and whose troubles are told in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.printable import shortened

APPLICATION, SCHEMA = 0x4E616E47, 1  # "NanG"
LONGEST = 1 << 24  # bytes of one value, or of one row
BUSY = 10.0  # seconds to wait for another program's transaction
TABLES = """
CREATE TABLE people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL) WITHOUT ROWID;
-- The last one counts.
CREATE TABLE rubrics (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, body TEXT NOT NULL);
-- What was seen of an exercise, as JSON: equal for many submissions, and kept once.
CREATE TABLE evidence (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body TEXT NOT NULL);
-- key: over all that an outcome depends on; see fingerprint.py.
CREATE TABLE outcomes (
    key BLOB PRIMARY KEY, exercise TEXT NOT NULL, evidence INTEGER NOT NULL REFERENCES evidence
) WITHOUT ROWID;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL REFERENCES people, submission TEXT NOT NULL,
    course TEXT NOT NULL, seed INTEGER NOT NULL, version TEXT NOT NULL, handed_in TEXT NOT NULL,
    number INTEGER NOT NULL, name TEXT NOT NULL, isolation TEXT NOT NULL, versions TEXT NOT NULL,
    UNIQUE (person, submission, course, seed, version, handed_in));
CREATE TABLE marks (
    attempt INTEGER NOT NULL REFERENCES attempts, position INTEGER NOT NULL, exercise TEXT NOT NULL,
    outcome BLOB NOT NULL REFERENCES outcomes, PRIMARY KEY (attempt, position)) WITHOUT ROWID;
-- What could not be graded, by where it lies; gone as soon as it can be.
CREATE TABLE troubles (
    place TEXT PRIMARY KEY, person TEXT NOT NULL, sentence TEXT NOT NULL, passing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER attempts_never_change BEFORE UPDATE ON attempts
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER marks_never_change BEFORE UPDATE ON marks
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER marks_stay BEFORE DELETE ON marks
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER outcomes_never_change BEFORE UPDATE ON outcomes
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER evidence_never_changes BEFORE UPDATE ON evidence
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""
OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
# What SQLite says, in words and with a next step; the first that is found in its message.
TROUBLES = (
    ("locked", "is in use by another program", "wait for it to end, or close it, then run the same again"),
    ("full", "cannot grow: the disk is full", "make room, then run the same again: it goes on where it was"),
    ("readonly", "cannot be written to", "check its permissions and those of its folder"),
    ("unable to open", "cannot be opened", "check the path and the permissions of its folder"),
    ("not a database", "is no gradebook", "give another file: grader batch FOLDER --gradebook class.sqlite"),
    (
        "malformed",
        "is damaged",
        "keep a copy, then: sqlite3 FILE .recover | sqlite3 NEW; or grade anew into another file",
    ),
    (
        "disk I/O",
        "cannot be read or written: the disk fails or is full",
        "check the disk, then run the same again",
    ),
)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into a MachineError that says what is wrong with the file."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        for pattern, what, next_step in TROUBLES:
            if pattern in said:
                raise MachineError(f"the gradebook {path} {what}", next_step) from None
        what = f"the gradebook {path} cannot be used: {shortened(said)}"
        raise MachineError(what, "check the file") from None
    except UnicodeDecodeError:  # in what SQLite itself would have said
        raise MachineError(f"the gradebook {path} is damaged", "grade anew into another file") from None


@contextmanager
def opened(path: Path, create: bool) -> Iterator[sqlite3.Connection]:
    """A connection whose schema is ours and current; transactions are explicit.

    create: make the file where there is none.
    Raises UsageError for a file that is missing, another kind of database, or of a newer grader, and
    MachineError for one that is damaged, locked or on a full disk.
    """
    if not create and not path.is_file():
        raise UsageError(f"there is no gradebook {path}", "make one: grader batch FOLDER --gradebook FILE")
    with told(path), closing(sqlite3.connect(path, timeout=BUSY, isolation_level=None)) as connection:
        _prepare(connection, path)
        yield connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    # Asked first, so that a file that is not ours is not changed in any way.
    application, schema = _number(connection, "application_id"), _number(connection, "user_version")
    fresh = (application, schema) == (0, 0) and not connection.execute(
        "SELECT 1 FROM sqlite_master"
    ).fetchone()
    if not fresh and application != APPLICATION:
        raise UsageError(f"{path} is a database, but no gradebook", "give another file")
    if schema > SCHEMA:
        raise UsageError(f"the gradebook {path} is of a newer grader", "update this one; nothing was changed")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if fresh:
        settings = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};"
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} {settings} COMMIT;")
        return
    if (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"malformed: {found}")
    _refuse_odd(set(connection.execute(OBJECTS)), path)


def _refuse_odd(found: set[tuple[str, str, str]], path: Path) -> None:
    """Raise UsageError where tables are not ours, or a view or trigger could do something of its own."""
    lacks = sorted(name for _, name, _ in _schema() - found)
    odd = sorted(name for kind, name, _ in found - _schema() if kind in ("view", "trigger"))
    if lacks or odd:
        what = f"the gradebook {path} is not as the grader made it: see {(lacks or odd)[0]} in it"
        raise UsageError(what, "grade into another file")


@cache
def _schema() -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return set(connection.execute(OBJECTS))


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    number: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return number


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back where the disk is full
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
