"""The gradebook's file: an SQLite database opened with care, its tables, and sums over their rows.

A table's total is the sum of its rows' SHA-256, in whatever order, and is kept beside it. An attempt counts
with its marks, their outcomes and the digests of their evidence, so that all that a score is computed from
stands in a total; a piece of evidence has its own digest, which is compared when it is read. Totals tell
accidents: whoever can write the file can write them, too.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from grader.errors import MachineError, UsageError
from grader.model import Adjustment
from grader.printable import shortened
from grader.report.report import KEY

LONGEST = 1 << 24  # bytes of one value, or of one row
BUSY = 10.0  # seconds to wait for another program's transaction
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
    except DamagedError as error:
        raise damaged(path, str(error)) from None
    except sqlite3.Error as error:
        said = str(error)
        for pattern, what, next_step in TROUBLES:
            if pattern in said:
                raise MachineError(f"the gradebook {path} {what}", next_step) from None
        ruin = "is damaged and " if "decode" in said else ""
        what = f"the gradebook {path} {ruin}cannot be used: {shortened(said)}"
        raise MachineError(what, "check the file") from None
    except UnicodeDecodeError:  # in what SQLite itself would have said
        raise MachineError(f"the gradebook {path} is damaged", "grade anew into another file") from None


def damaged(path: Path, what: str) -> MachineError:
    """Something in the gradebook is not what was stored."""
    return MachineError(
        f"the gradebook {path} is damaged: it holds a damaged {what}",
        "put back a copy of the file, or grade anew into another one",
    )


@contextmanager
def opened_to_write(path: Path, make: bool) -> Iterator[sqlite3.Connection]:
    """A connection whose schema is ours and current; transactions are explicit.

    make: the file, where there is none.
    Raises UsageError for a file that is missing, another kind of database, or of a newer grader, and
    MachineError for one that is damaged, locked, on a full disk, or may not be written to.
    """
    if not make:
        _must_be_there(path)
    with (
        told(path),
        closing(_connected(path.absolute().as_uri() + ("" if make else "?mode=rw"))) as connection,
    ):
        _prepare(connection, path)
        yield connection


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the gradebook as it is now, whatever others add meanwhile; nothing can be written.

    One of an older grader is copied and stays as it is. Raises like opened_to_write().
    """
    _must_be_there(path)
    with told(path), closing(_connected(_address(path))) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        schema = _schema(connection, path)
        if schema:
            _check(connection, schema, path)
        if schema == SCHEMA:
            yield connection
            return
        with _current_copy(connection, schema, path) as copy:
            yield copy


def _must_be_there(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"there is no gradebook {path}", "make one: grader batch FOLDER --gradebook FILE")


def _address(path: Path) -> str:
    """How to open a gradebook that may only be read.

    Who may write beside it opens it as for writing: SQLite then clears away what it needs beside a file,
    and a reader who could not would leave files of their own there, which keep its owner from writing.
    """
    address = path.absolute().as_uri()
    if os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK):
        return f"{address}?mode=rw"
    log = path.with_name(f"{path.name}-wal")
    alone = not log.exists() or not log.stat().st_size
    return f"{address}?mode=ro" + ("&immutable=1" if alone and not os.access(log.parent, os.W_OK) else "")


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, timeout=BUSY, isolation_level=None, uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    return connection


def _schema(connection: sqlite3.Connection, path: Path) -> int:
    """The schema of a file that is ours; 0 where there is nothing in it yet."""
    application, schema = _number(connection, "application_id"), _number(connection, "user_version")
    anything = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    if (application, schema) == (0, 0) and not anything:
        return 0
    if application != APPLICATION or schema < 1:
        raise UsageError(f"{path} is a database, but no gradebook", "give another file")
    if schema > SCHEMA:
        raise UsageError(f"the gradebook {path} is of a newer grader", "update this one; nothing was changed")
    return schema


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # All is asked within the transaction: of two that begin at once, one finds what the other has made.
    with transaction(connection):
        schema = _schema(connection, path)
        if schema == 0:
            create(connection, secrets.token_bytes(KEY))
        elif schema < SCHEMA:
            _check(connection, schema, path)
            migrate(connection, schema, secrets.token_bytes(KEY))
    _keep_a_log(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("BEGIN")
    _check(connection, SCHEMA, path)
    compare(connection)
    connection.execute("COMMIT")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Let others read while one writes. SQLite does not wait for that by itself where others are writing."""
    until = time.monotonic() + BUSY
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _check(connection: sqlite3.Connection, schema: int, path: Path) -> None:
    """Raise where the file is not whole, or not as we made it."""
    if (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"malformed: {found}")
    refuse_odd(connection, schema, path)


@contextmanager
def _current_copy(connection: sqlite3.Connection, schema: int, path: Path) -> Iterator[sqlite3.Connection]:
    """What a gradebook of an older grader says, in tables like ours."""
    with closing(_connected("")) as copy:
        connection.backup(copy)
        with path.open("rb") as file, transaction(copy):
            # No key is kept there, and the same file has to give the same names again.
            key = sha256(file.read()).digest()
            if schema:
                migrate(copy, schema, key)
            else:
                create(copy, key)
        yield copy


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


APPLICATION, SCHEMA = 0x4E616E47, 4  # "NanG"
# How the table of attempts ends, by schema. Once an attempt was noted only the first time that it was graded
# in one way, so that a grade in another way stayed the last.
END = {
    1: "\n    UNIQUE (person, submission, course, seed, version, handed_in)",
    2: " rules TEXT NOT NULL",
}
STATEMENTS = """
CREATE TABLE people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL) WITHOUT ROWID;
-- The last one counts.
CREATE TABLE rubrics (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, body TEXT NOT NULL);
-- What was seen of an exercise, as JSON: equal for many submissions, and kept once.
CREATE TABLE evidence (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body TEXT NOT NULL);
-- key: over all that an outcome depends on; see examine/setting.py.
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
-- Under which reports name the seed; see report/report.py.
CREATE TABLE secrets (key BLOB PRIMARY KEY) WITHOUT ROWID;
-- What the rows of a table come to; see add_up.
CREATE TABLE sums (name TEXT PRIMARY KEY, total BLOB NOT NULL) WITHOUT ROWID;
"""
# The numbers that people have in Canvas, which no other system knows.
NUMBERS = "CREATE TABLE canvas (person TEXT PRIMARY KEY, number TEXT NOT NULL) WITHOUT ROWID;"
# What the last roster says of everybody, and what the instructor does, as JSON; each is replaced as a whole.
SAID = """
CREATE TABLE rosters (person TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE matters (person TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""
# By schema.
MADE = {1: STATEMENTS.replace("{END}", END[1]), 2: STATEMENTS.replace("{END}", END[2]) + ADDED}
MADE[3] = MADE[2] + NUMBERS
MADE[SCHEMA] = MADE[3] + SAID
# Tables that came with a schema.
CAME = {"canvas": 3, "rosters": 4, "matters": 4}
OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def create(connection: sqlite3.Connection, key: bytes) -> None:
    """Make the tables in an empty database, within a transaction."""
    for _, _, sql in _objects(SCHEMA):
        connection.execute(sql)
    connection.execute("INSERT INTO secrets VALUES (?)", (key,))
    add_up(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def migrate(connection: sqlite3.Connection, schema: int, key: bytes) -> None:
    """Make the tables of an older grader like ours, within a transaction; what they say stays.

    key: to the seeds' names, where there is none yet.
    """
    if schema == 1:
        _migrate_first(connection, key)
    else:
        new = [name for name, came in CAME.items() if came > schema]
        compare(connection, [name for name in TABLES if name not in new])
        there = _objects(schema)
        for made in _objects(SCHEMA):
            if made not in there:
                connection.execute(made[2])
        for name in new:
            _keep(connection, name, 0)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _migrate_first(connection: sqlite3.Connection, key: bytes) -> None:
    """The course digests of that time could be told apart by the seed, so they are replaced."""
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


Row = tuple[Any, ...]
LIMIT, WIDTH = 1 << 256, 32
ATTEMPTS = """
SELECT a.id, a.person, a.submission, a.course, a.seed, a.version, a.handed_in, a.number, a.name, a.isolation,
       a.versions, a.rules, m.position, m.exercise, m.outcome, o.exercise, o.evidence, e.digest
FROM attempts a LEFT JOIN marks m ON m.attempt = a.id
LEFT JOIN outcomes o ON o.key = m.outcome LEFT JOIN evidence e ON e.id = o.evidence
"""


@dataclass(frozen=True, slots=True)
class Summed:
    """Rows that are added up.

    what: how damage to one of them is told.
    rows: the query; its first column tells one thing from the next.
    key: the column by which a change to them is found.
    own: how many columns are the same in all rows of a thing.
    order: keeps the rows of a thing together.
    """

    what: str
    rows: str
    key: str
    own: int
    order: str = ""


TABLES = {
    "people": Summed("list of people", "SELECT id, name, email FROM people", "id", 3),
    "canvas": Summed("number in Canvas", "SELECT person, number FROM canvas", "person", 2),
    "rosters": Summed("line of the roster", "SELECT person, body FROM rosters", "person", 2),
    "matters": Summed("word on a person", "SELECT person, body FROM matters", "person", 2),
    "rubrics": Summed("rubric", "SELECT id, digest, body FROM rubrics", "digest", 3),
    "seeds": Summed("seed", "SELECT id, seed FROM seeds", "seed", 2),
    "secrets": Summed("key to its seeds' names", "SELECT key FROM secrets", "key", 1),
    "troubles": Summed("trouble", "SELECT place, person, sentence, passing FROM troubles", "place", 4),
    "attempts": Summed("attempt", ATTEMPTS, "a.person", 12, "ORDER BY a.id, m.position"),
}


class DamagedError(sqlite3.DatabaseError):
    """Rows do not come to the total that is kept of them; what they are is its text."""


@contextmanager
def added_up(connection: sqlite3.Connection, name: str, key: object) -> Iterator[None]:
    """Keeps a table's total while the block changes rows of a key, within a transaction."""
    table = TABLES[name]
    rows = f"{table.rows} WHERE {table.key} = ? {table.order}"
    before = _total(connection.execute(rows, (key,)), table.own)
    yield
    change = _total(connection.execute(rows, (key,)), table.own) - before
    if change:
        _keep(connection, name, _kept(connection, name) + change)


def add_up(connection: sqlite3.Connection) -> None:
    """Take everything for what it should be, within a transaction."""
    for name, table in TABLES.items():
        _keep(connection, name, _total(connection.execute(f"{table.rows} {table.order}"), table.own))


def compare(connection: sqlite3.Connection, names: Iterable[str] = ()) -> None:
    """Raise DamagedError where something is not as it was stored; all is read once for that.

    names: the tables; all of them by default.
    """
    for name in names or TABLES:
        for _ in each(connection, name, TABLES[name].order):
            pass


def each(connection: sqlite3.Connection, name: str, order: str) -> Iterator[list[Row]]:
    """One thing after the other, as its rows: what is used is what is added up, however it was found.

    order: as in SQL; it must keep the rows of a thing together, and those of an attempt by position.
    Raises DamagedError, at the end, where these are not all that was stored.
    """
    table, total = TABLES[name], 0
    for rows in _things(connection.cursor().execute(f"{table.rows} {order}")):
        total += _hashed(rows, table.own)
        yield rows
    if total % LIMIT != _kept(connection, name):
        raise DamagedError(table.what)


def _things(rows: Iterable[Row]) -> Iterator[list[Row]]:
    return (list(its_rows) for _, its_rows in groupby(rows, key=itemgetter(0)))


def _total(rows: Iterable[Row], own: int) -> int:
    return sum(_hashed(its_rows, own) for its_rows in _things(rows))


def _hashed(rows: Sequence[Row], own: int) -> int:
    """own: see Summed."""
    # ascii() writes the same in every version of Python, which repr() does not.
    said = ascii((rows[0], [row[own:] for row in rows[1:]]))
    return int.from_bytes(sha256(said.encode()).digest(), "big")


def _kept(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT total FROM sums WHERE name = ?", (name,)).fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise DamagedError("total")
    return int.from_bytes(row[0], "big")


def _keep(connection: sqlite3.Connection, name: str, total: int) -> None:
    row = name, (total % LIMIT).to_bytes(WIDTH, "big")
    connection.execute("INSERT OR REPLACE INTO sums VALUES (?, ?)", row)


# Where no batch has said it, as in gradebooks of older graders, the seed that was graded with last.
SEED = """
SELECT coalesce((SELECT seed FROM seeds ORDER BY id DESC LIMIT 1),
                (SELECT seed FROM attempts ORDER BY id DESC LIMIT 1))
"""
LEFT_OUT = """
SELECT coalesce(sum(unseen), 0), coalesce(sum(nothing_else), 0) FROM (
    SELECT sum(NOT seen) AS unseen, NOT max(seen) AS nothing_else FROM (
        SELECT person, max(seed = ?) AS seen FROM attempts a
        -- When the same work in the same place came is what was said of it last.
        WHERE NOT EXISTS (SELECT 1 FROM attempts b WHERE b.person = a.person AND b.submission = a.submission
            AND b.name = a.name AND b.handed_in != a.handed_in AND b.id > a.id)
        GROUP BY person, submission, handed_in
    ) GROUP BY person
)
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was graded with other seeds only, and does not count.

    attempts: how many there are.
    people: how many have nothing else.
    """

    attempts: int
    people: int

    def __str__(self) -> str:
        """In words; empty where there is nothing."""
        if not self.attempts:
            return ""
        return (
            f"Attempts that were graded with another seed only, and do not count: {self.attempts:,};"
            f" people who have no other: {self.people:,}. Give these attempts to grader batch again to have"
            " them graded with the seed that counts."
        )


@dataclass(frozen=True, slots=True)
class Uncounted:
    """How many of a person's attempts count for nothing.

    seeds: only another seed than the one that counts has seen them.
    outdated: the exercises had other properties when they were graded.
    """

    seeds: int = 0
    outdated: int = 0

    def lines(self) -> Iterator[Adjustment]:
        """What changes no score, and says why some attempts cannot."""
        for what, count in (("attempts of another seed", self.seeds), ("outdated attempts", self.outdated)):
            if count:
                are = "1 does" if count == 1 else f"{count:,} do"
                yield Adjustment(f"{what}: {are} not count", Fraction(0))


def last_seed(connection: sqlite3.Connection) -> int | None:
    """The seed that counts; None where nothing was graded yet."""
    seed: int | None = connection.execute(SEED).fetchone()[0]
    return seed


def left_out(connection: sqlite3.Connection) -> LeftOut:
    """What the seed that counts has not seen."""
    return LeftOut(*connection.execute(LEFT_OUT, (last_seed(connection),)).fetchone())
