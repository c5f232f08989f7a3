"""The gradebook's tables: as they are made now, and how those of an older grader become like them."""

from __future__ import annotations

import hmac
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from grader.errors import UsageError
from grader.gradebook.sums import add_up

APPLICATION, SCHEMA = 0x4E616E47, 2  # "NanG"
# How the table of attempts ends, by schema. Once an attempt was noted only the first time that it was graded
# in one way, so that a grade in another way stayed the last.
END = {
    1: "\n    UNIQUE (person, submission, course, seed, version, handed_in)",
    SCHEMA: " rules TEXT NOT NULL",
}
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
    number INTEGER NOT NULL, name TEXT NOT NULL, isolation TEXT NOT NULL, versions TEXT NOT NULL,{END});
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
ADDED = """
CREATE INDEX attempts_of ON attempts (person, submission, handed_in);
-- The last one counts: only what was graded with it is anybody's score.
CREATE TABLE seeds (id INTEGER PRIMARY KEY, seed INTEGER NOT NULL);
-- Under which reports name the seed; see seeds.py.
CREATE TABLE secrets (key BLOB PRIMARY KEY) WITHOUT ROWID;
-- What the rows of a table come to; see sums.py.
CREATE TABLE sums (name TEXT PRIMARY KEY, total BLOB NOT NULL) WITHOUT ROWID;
"""
# By schema.
MADE = {1: TABLES.replace("{END}", END[1]), SCHEMA: TABLES.replace("{END}", END[SCHEMA]) + ADDED}
OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def create(connection: sqlite3.Connection, key: bytes) -> None:
    """Make the tables in an empty database, within a transaction."""
    for _, _, sql in _objects(SCHEMA):
        connection.execute(sql)
    connection.execute("INSERT INTO secrets VALUES (?)", (key,))
    add_up(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def migrate(connection: sqlite3.Connection, key: bytes) -> None:
    """Make the tables of an older grader like ours, within a transaction; what they say stays.

    The course digests of that time could be told apart by the seed, so they are replaced.
    """
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.DatabaseError("malformed: a row that another one needs is not there")
    connection.create_function(
        "replaced", 1, lambda course: hmac.digest(key, course.encode(), "sha256").hex()
    )
    connection.execute("CREATE TEMP TABLE former AS SELECT *, '' AS rules FROM attempts")
    connection.execute("UPDATE former SET course = replaced(course) WHERE seed <> 0")
    connection.execute("DROP TABLE attempts")
    there = {name for _, name, _ in connection.execute(OBJECTS)}
    for _, name, sql in _objects(SCHEMA):
        if name not in there:
            connection.execute(sql)
    connection.execute("INSERT INTO attempts SELECT * FROM former")
    connection.execute("DROP TABLE former")
    connection.execute("INSERT INTO secrets VALUES (?)", (key,))
    add_up(connection)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def refuse_odd(connection: sqlite3.Connection, schema: int, path: Path) -> None:
    """Raise UsageError where tables are not ours, or a view or trigger could do something of its own."""
    found, ours = set(connection.execute(OBJECTS)), set(_objects(schema))
    lacks = sorted(name for _, name, _ in ours - found)
    # Where the file is damaged, a name may be anything.
    odd = sorted(str(name) for kind, name, _ in found - ours if kind in ("view", "trigger"))
    if lacks or odd:
        what = f"the gradebook {path} is damaged, or not as the grader made it: see {(lacks or odd)[0]} in it"
        raise UsageError(what, "grade into another file")


@cache
def _objects(schema: int) -> tuple[tuple[str, str, str], ...]:
    """Tables and triggers in the order they are made."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(MADE[schema])
        return tuple(connection.execute(f"{OBJECTS} ORDER BY rowid"))
