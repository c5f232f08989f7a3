"""What a gradebook says: attempts as reports under a rubric, and where everybody stands."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from grader.errors import CourseError, MachineError, UsageError
from grader.evidence import result_from_plain, text, whole
from grader.gradebook.store import opened, told
from grader.model import Person, Result
from grader.policy import YEARS, Attempt, counted
from grader.report import Report
from grader.rubric import Rubric, from_json
from grader.standing import Standing, Standings

KEPT = 20_000  # decoded results; most people's are alike
# Of the same work handed in at the same time only what was graded last.
ATTEMPTS = """
SELECT a.person, a.id, m.exercise, o.evidence,
       a.submission, a.course, a.seed, a.handed_in, a.name, a.isolation, a.versions
FROM attempts a JOIN marks m ON m.attempt = a.id JOIN outcomes o ON o.key = m.outcome
WHERE a.id IN (SELECT max(id) FROM attempts GROUP BY person, submission, handed_in)
ORDER BY a.person, a.handed_in, a.number, a.id, m.position
"""
PEOPLE = """
SELECT p.id, p.name, p.email, coalesce(max(t.sentence), '')
FROM people p LEFT JOIN troubles t ON t.person = p.id GROUP BY p.id ORDER BY p.id
"""
# All that a gradebook says, without the order in which it came in.
CONTENT = (
    "SELECT * FROM people ORDER BY id",
    "SELECT digest, body FROM rubrics ORDER BY id DESC LIMIT 1",
    "SELECT o.key, o.exercise, e.body FROM outcomes o JOIN evidence e ON e.id = o.evidence ORDER BY o.key",
    """SELECT a.person, a.submission, a.course, a.seed, a.version, a.handed_in, a.number, a.name, a.isolation,
    a.versions, m.exercise, m.outcome FROM attempts a JOIN marks m ON m.attempt = a.id
    ORDER BY 1, 2, 3, 4, 5, 6, m.position""",
    "SELECT * FROM troubles ORDER BY place",
)


class Reader:
    """Reads an open gradebook, scoring by a rubric."""

    def __init__(self, connection: sqlite3.Connection, path: Path, rubric: Rubric | None) -> None:
        self._connection = connection
        self._path = path
        self.rubric = rubric or self._stored()
        self._parts = {part.name: part for part in self.rubric.parts}
        self._result = lru_cache(maxsize=KEPT)(self._decoded)

    def _stored(self) -> Rubric:
        row = self._connection.execute("SELECT body FROM rubrics ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            raise UsageError(
                f"the gradebook {self._path} is empty", "fill it: grader batch FOLDER --gradebook FILE"
            )
        try:
            return from_json(text(row[0]))
        except ValueError:
            raise self._damaged("rubric", "run: grader rescore") from None

    def standings(self) -> Standings:
        """The whole class, read anew at every pass."""
        rubric = self.rubric
        return Standings(
            rubric.title, rubric.exercises, rubric.together, rubric.policy.deadline, self._standings
        )

    def _standings(self) -> Iterator[Standing]:
        with told(self._path):
            attempts = self._attempts()
            person, theirs = next(attempts, (None, []))
            for row in self._connection.execute(PEOPLE):
                id_, name, email, trouble = self._texts("list of people", row)
                mine: list[Attempt] = []
                if id_ == person:
                    mine, (person, theirs) = theirs, next(attempts, (None, []))
                yield self._standing(Person(id_, name, email), mine, trouble)
            if person is not None:
                # Their order went astray, and with it whose attempts are whose.
                raise self._damaged("list of people")

    def _standing(self, person: Person, attempts: list[Attempt], trouble: str) -> Standing:
        if not attempts:
            return Standing(person, None, None, 0, trouble)
        best = counted(attempts, self.rubric.policy)
        return Standing(person, best.report, best.handed_in, len(attempts), trouble)

    def _attempts(self) -> Iterator[tuple[str | None, list[Attempt]]]:
        """Everybody's attempts in the order they were handed in, by the person's id."""
        for person, rows in groupby(self._connection.cursor().execute(ATTEMPTS), key=itemgetter(0)):
            yield person, [self._attempt(list(marks)) for _, marks in groupby(rows, key=itemgetter(1))]

    def _attempt(self, rows: list[tuple[Any, ...]]) -> Attempt:
        digest, course, seed, *others = rows[0][4:]
        handed_in, name, isolation, versions = others
        results = {row[2]: self._result(row[2], row[3]) for row in rows if row[2] in self._parts}
        own = self.rubric.together.name
        try:
            report = Report(
                submission=text(name),
                digest=text(digest),
                seed=whole(seed),
                isolation=text(isolation),
                results=tuple(result for mark, result in results.items() if mark != own),
                together=results.get(own),
                versions=tuple((what, text(which)) for what, which in json.loads(versions).items()),
                course=text(course),
            )
            return Attempt(report, _time(text(handed_in)))
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._damaged("attempt") from None

    def _decoded(self, exercise: str, evidence: int) -> Result:
        row = self._connection.execute("SELECT body FROM evidence WHERE id = ?", (evidence,)).fetchone()
        try:
            plain = json.loads(text(row and row[0]))
            return result_from_plain(self._parts[exercise], self.rubric.claims[exercise], plain)
        except KeyError as error:
            raise CourseError(
                f"{exercise} has no outcome for {error}: its properties have changed since it was graded",
                "grade what changed: grader batch FOLDER --gradebook FILE",
            ) from None
        except (ValueError, RecursionError):
            raise self._damaged("piece of evidence") from None

    def _texts(self, what: str, row: Iterable[Any]) -> list[str]:
        try:
            return list(map(text, row))
        except ValueError:
            raise self._damaged(what) from None

    def _damaged(self, what: str, next_step: str = "grade into another") -> MachineError:
        return MachineError(f"the gradebook {self._path} holds a damaged {what}", next_step)

    def digest(self) -> str:
        """SHA-256 over all it says: equal for equal gradebooks, whatever the order they were filled in."""
        digest = hashlib.sha256()
        for query in CONTENT:
            for row in self._connection.execute(query):
                digest.update(repr(row).encode())
        return digest.hexdigest()


def _time(stored: str) -> datetime | None:
    """When something was handed in; raises ValueError where that is no time with a zone in our days."""
    if not stored:
        return None
    time = datetime.fromisoformat(stored)
    if time.tzinfo is None or time.year not in YEARS:
        raise ValueError(f"{stored!r} is no time of handing in")
    return time


@contextmanager
def reading(path: Path, rubric: Rubric | None = None) -> Iterator[Reader]:
    """A gradebook to read, scored by its own rubric or by another one."""
    with opened(path, create=False) as connection:
        yield Reader(connection, path, rubric)
