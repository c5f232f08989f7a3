"""What a gradebook's rows come to: a row that is changed, lost, or there twice does not go unnoticed.

A table's total is the sum of its rows' SHA-256, in whatever order, and is kept beside it. An attempt counts
with its marks, their outcomes and the digests of their evidence, so that all that a score is computed from
stands in a total; a piece of evidence has its own digest, which is compared when it is read. Totals tell
accidents: whoever can write the file can write them, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

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


def compare(connection: sqlite3.Connection) -> None:
    """Raise DamagedError where something is not as it was stored; all is read once for that."""
    for name, table in TABLES.items():
        for _ in each(connection, name, table.order):
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
