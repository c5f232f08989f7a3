"""What goes into a gradebook: each attempt in one transaction, with the outcomes that it brings."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.gradebook.counting import LeftOut, last_seed, left_out
from grader.gradebook.store import opened_to_write, told, transaction
from grader.gradebook.sums import added_up
from grader.model import Person
from grader.rubric import Rubric

LAST = """
SELECT course, version FROM attempts WHERE person = ? AND submission = ? AND handed_in = ? AND seed = ?
ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Graded:
    """An attempt as it is stored.

    keys: for each mark, in order, the key of its outcome.
    number: which of the person's hand-ins of one moment it is.
    rules: see Report.
    """

    person: Person
    submission: str
    name: str
    course: str
    seed: int
    isolation: str
    versions: tuple[tuple[str, str], ...]
    handed_in: datetime | None
    number: int
    keys: Mapping[str, bytes]
    rules: str = ""


class Writer:
    """Adds to an open gradebook."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys whose outcomes are there."""
        with told(self._path):
            ask = "SELECT 1 FROM outcomes WHERE key = ?"
            return {key for key in keys if self._connection.execute(ask, (key,)).fetchone()}

    def add(self, graded: Graded, evidence: Mapping[str, Mapping[str, Any]]) -> None:
        """Store an attempt with the evidence that was not known yet; one that is there already stays.

        evidence: by mark, as evidence.result_to_plain() gives it.
        """
        with told(self._path), transaction(self._connection):
            for mark, plain in evidence.items():
                self._outcome(graded.keys[mark], mark, plain)
            self._meet(graded.person)
            with added_up(self._connection, "attempts", graded.person.id):
                self._attempt(graded)

    def _outcome(self, key: bytes, mark: str, plain: Mapping[str, Any]) -> None:
        body = json.dumps(plain, separators=(",", ":"))
        digest = hashlib.sha256(body.encode()).digest()
        self._connection.execute(
            "INSERT OR IGNORE INTO evidence (digest, body) VALUES (?, ?)", (digest, body)
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO outcomes SELECT ?, ?, id FROM evidence WHERE digest = ?",
            (key, mark, digest),
        )

    def _attempt(self, graded: Graded) -> None:
        versions = dict(graded.versions)
        row = (
            graded.person.id,
            graded.submission,
            graded.course,
            graded.seed,
            versions["grader"],
            "" if graded.handed_in is None else graded.handed_in.astimezone(UTC).isoformat(),
            graded.number,
            graded.name,
            graded.isolation,
            json.dumps(versions),
            graded.rules,
        )
        # The last row of one hand-in and seed counts, so it is there already only if that one is like it.
        person, submission, course, seed, version, handed_in, *_ = row
        last = self._connection.execute(LAST, (person, submission, handed_in, seed)).fetchone()
        if last == (course, version):
            return
        done = self._connection.execute(
            "INSERT INTO attempts (person, submission, course, seed, version, handed_in, number,"
            " name, isolation, versions, rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        marks = [(done.lastrowid, i, mark, key) for i, (mark, key) in enumerate(graded.keys.items())]
        self._connection.executemany("INSERT INTO marks VALUES (?, ?, ?, ?)", marks)

    def meet(self, people: Iterable[Person]) -> None:
        """Know these people, whether they hand in anything or not."""
        with told(self._path), transaction(self._connection):
            for person in people:
                self._meet(person)

    def _meet(self, person: Person) -> None:
        with added_up(self._connection, "people", person.id):
            self._connection.execute(
                "INSERT INTO people VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET"
                " name = iif(?2 = '', name, ?2), email = iif(?3 = '', email, ?3)",
                (person.id, person.name, person.email),
            )

    def trouble(self, place: str, person: Person, sentence: str, passing: bool) -> None:
        """Remember why something could not be graded; passing: the machine's or the course's fault."""
        with told(self._path), transaction(self._connection):
            self._meet(person)
            row = (place, person.id, sentence, int(passing))
            with added_up(self._connection, "troubles", place):
                self._connection.execute("INSERT OR REPLACE INTO troubles VALUES (?, ?, ?, ?)", row)

    def settle(self, troubled: Sequence[str]) -> None:
        """Forget every trouble but those at these places."""
        with told(self._path), transaction(self._connection):
            places = [place for (place,) in self._connection.execute("SELECT place FROM troubles").fetchall()]
            for place in {*places} - {*troubled}:
                with added_up(self._connection, "troubles", place):
                    self._connection.execute("DELETE FROM troubles WHERE place = ?", (place,))

    def score_by(self, rubric: Rubric) -> bool:
        """Score by this rubric from now on; whether it is another one than before."""
        with told(self._path), transaction(self._connection):
            row = self._connection.execute("SELECT digest FROM rubrics ORDER BY id DESC LIMIT 1").fetchone()
            if row is not None and row[0] == rubric.digest:
                return False
            new = (rubric.digest, rubric.to_json())
            with added_up(self._connection, "rubrics", rubric.digest):
                self._connection.execute("INSERT INTO rubrics (digest, body) VALUES (?, ?)", new)
            return True

    @property
    def seed(self) -> int | None:
        """The seed that counts; None where nothing was graded yet."""
        with told(self._path):
            return last_seed(self._connection)

    def count_by(self, seed: int) -> None:
        """Count only what is graded with this seed, from now on."""
        with told(self._path), transaction(self._connection):
            row = self._connection.execute("SELECT seed FROM seeds ORDER BY id DESC LIMIT 1").fetchone()
            if row != (seed,):
                with added_up(self._connection, "seeds", seed):
                    self._connection.execute("INSERT INTO seeds (seed) VALUES (?)", (seed,))

    def left_out(self) -> LeftOut:
        """What does not count, because only another seed than the one that counts has seen it."""
        with told(self._path):
            return left_out(self._connection)


@contextmanager
def writing(path: Path, make: bool = True) -> Iterator[Writer]:
    """A gradebook to add to.

    make: the file, where there is none.
    """
    with opened_to_write(path, make) as connection:
        yield Writer(connection, path)
