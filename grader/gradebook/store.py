"""The gradebook's file: an SQLite database that is opened with care, and whose troubles are told in words."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.gradebook.sums import DamagedError, compare
from grader.gradebook.tables import APPLICATION, SCHEMA, create, migrate, refuse_odd
from grader.printable import shortened
from grader.seeds import KEY

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
        with closing(_current_copy(connection, schema, path)) as copy:
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
            migrate(connection, secrets.token_bytes(KEY))
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


def _current_copy(connection: sqlite3.Connection, schema: int, path: Path) -> sqlite3.Connection:
    """What a gradebook of an older grader says, in tables like ours; gone when it is closed."""
    copy = _connected("")
    connection.backup(copy)
    with path.open("rb") as file, transaction(copy):
        # No key is kept there, and the same file has to give the same names again.
        key = sha256(file.read()).digest()
        (migrate if schema else create)(copy, key)
    return copy


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
