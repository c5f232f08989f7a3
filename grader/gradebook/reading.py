"""What a gradebook says: attempts as reports under a rubric, and where everybody stands."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from grader.errors import CourseError, GraderError, UsageError
from grader.evidence import result_from_plain, text, whole
from grader.gradebook.counting import SEED, LeftOut, last_seed, left_out
from grader.gradebook.store import damaged, opened_to_read, told
from grader.gradebook.sums import Row, compare, each
from grader.model import Adjustment, Person, Result
from grader.policy import YEARS, Attempt, counted
from grader.report import Report
from grader.rubric import Rubric, from_json
from grader.seeds import named
from grader.standing import Standing, Standings

KEPT = 20_000  # decoded results; most people's are alike
ATTEMPTS = "ORDER BY a.person, a.handed_in, a.number, a.id, m.position"
UNSEEN = (
    "only another seed than the one that counts has seen what was handed in: give it to grader batch again"
)
# All that a gradebook says, without the order in which it came in.
CONTENT = (
    "SELECT * FROM people ORDER BY id",
    "SELECT digest, body FROM rubrics ORDER BY id DESC LIMIT 1",
    "SELECT o.key, o.exercise, e.body FROM outcomes o JOIN evidence e ON e.id = o.evidence ORDER BY o.key",
    SEED,
    """SELECT a.person, a.submission, a.course, a.seed, a.version, a.handed_in, a.number, a.name, a.isolation,
    a.versions, a.rules, m.exercise, m.outcome FROM attempts a JOIN marks m ON m.attempt = a.id
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
        self._key = self._secret()
        seeds = [row[1] for (row,) in each(connection, "seeds", "ORDER BY id")]
        self._seed = seeds[-1] if seeds else last_seed(connection)

    def _secret(self) -> bytes:
        match list(each(self._connection, "secrets", "")):
            case [[(bytes(key),)]]:
                return key
        raise damaged(self._path, "key to its seeds' names")

    def _stored(self) -> Rubric:
        *_, last = [None, *each(self._connection, "rubrics", "ORDER BY id")]
        if last is None:
            raise UsageError(
                f"the gradebook {self._path} is empty", "fill it: grader batch FOLDER --gradebook FILE"
            )
        try:
            _, digest, body = last[0]
            if hashlib.sha256(text(body).encode()).hexdigest() != digest:
                raise ValueError("it is not what was stored")
            return from_json(body)
        except ValueError:
            raise damaged(self._path, "rubric") from None

    def standings(self) -> Standings:
        """The whole class, read anew at every pass."""
        rubric = self.rubric
        return Standings(
            rubric.title, rubric.exercises, rubric.together, rubric.policy.deadline, self._standings
        )

    def left_out(self) -> LeftOut:
        """What does not count, because only another seed than the one that counts has seen it."""
        return left_out(self._connection)

    def _standings(self) -> Iterator[Standing]:
        with told(self._path):
            try:
                yield from self._each_standing()
            except GraderError:
                compare(self._connection)  # what makes no sense may not be what was stored
                raise

    def _each_standing(self) -> Iterator[Standing]:
        troubles = self._troubles()
        attempts = self._attempts()
        person, theirs, others = next(attempts, (None, [], 0))
        for (row,) in each(self._connection, "people", "ORDER BY id"):
            id_, name, email = self._texts("list of people", row)
            mine: tuple[list[Attempt], int] = ([], 0)
            if id_ == person:
                mine = theirs, others
                person, theirs, others = next(attempts, (None, [], 0))
            yield self._standing(Person(id_, name, email), *mine, troubles.get(id_, ""))
        if person is not None:
            # Their order went astray, and with it whose attempts are whose.
            raise damaged(self._path, "list of people")

    def _troubles(self) -> dict[str, str]:
        """By the person's id; of several the last in order of their letters."""
        rows = [row for (row,) in each(self._connection, "troubles", "")]
        told_of = (self._texts("trouble", row[1:3]) for row in rows)
        return dict(sorted(told_of))

    def _standing(self, person: Person, attempts: list[Attempt], others: int, trouble: str) -> Standing:
        """others: how many attempts only another seed has seen."""
        if not attempts:
            troubles = (trouble, UNSEEN if others else "")
            return Standing(person, None, None, 0, "; ".join(filter(None, troubles)))
        best = counted(attempts, self.rubric.policy)
        report = best.report
        if others:
            report = replace(report, adjustments=(*report.adjustments, _uncounted(others)))
        return Standing(person, report, best.handed_in, len(attempts), trouble)

    def _attempts(self) -> Iterator[tuple[str | None, list[Attempt], int]]:
        """Everybody's attempts in the order they were handed in, by the person's id.

        Last, how many attempts were graded with another seed only, and are not among them.
        """
        found = each(self._connection, "attempts", ATTEMPTS)
        for person, attempts in groupby(found, key=lambda rows: rows[0][1]):
            ours: dict[tuple[str, str], list[Row]] = {}
            others = set()
            for rows in attempts:
                id_, work = rows[0][0], (rows[0][2], rows[0][6])
                if rows[0][4] != self._seed:
                    others.add(work)
                # Of the same work handed in at the same time only what was graded last.
                elif work not in ours or ours[work][0][0] < id_:
                    ours[work] = rows
            yield person, list(map(self._attempt, ours.values())), len(others - ours.keys())

    def _attempt(self, rows: list[Row]) -> Attempt:
        _, _, digest, course, seed, _, handed_in, _, name, isolation, versions, rules = rows[0][:12]
        results = {row[13]: self._result(row[13], *row[16:]) for row in rows if row[13] in self._parts}
        own = self.rubric.together.name
        try:
            report = Report(
                submission=text(name),
                digest=text(digest),
                seed=named(whole(seed), self._key),
                isolation=text(isolation),
                results=tuple(result for mark, result in results.items() if mark != own),
                together=results.get(own),
                versions=tuple((what, text(which)) for what, which in json.loads(versions).items()),
                course=text(course),
                rules=text(rules),
            )
            return Attempt(report, _time(text(handed_in)))
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise damaged(self._path, "attempt") from None

    def _decoded(self, exercise: str, evidence: int, digest: bytes) -> Result:
        row = self._connection.execute("SELECT body FROM evidence WHERE id = ?", (evidence,)).fetchone()
        try:
            body = text(row and row[0])
            if hashlib.sha256(body.encode()).digest() != digest:
                raise ValueError("it is not what was stored")
            plain = json.loads(body)
            return result_from_plain(self._parts[exercise], self.rubric.claims[exercise], plain)
        except KeyError as error:
            raise CourseError(
                f"{exercise} has no outcome for {error}: its properties have changed since it was graded",
                "grade what changed: grader batch FOLDER --gradebook FILE",
            ) from None
        except (ValueError, RecursionError):
            raise damaged(self._path, "piece of evidence") from None

    def _texts(self, what: str, row: Iterable[Any]) -> list[str]:
        try:
            return list(map(text, row))
        except ValueError:
            raise damaged(self._path, what) from None

    def digest(self) -> str:
        """SHA-256 over all it says: equal for equal gradebooks, whatever the order they were filled in."""
        digest = hashlib.sha256()
        for query in CONTENT:
            for row in self._connection.execute(query):
                digest.update(repr(row).encode())
        return digest.hexdigest()


def _uncounted(others: int) -> Adjustment:
    """A line that changes no score, and says why some attempts cannot."""
    are = "1 does" if others == 1 else f"{others:,} do"
    return Adjustment(f"attempts of another seed: {are} not count", Fraction(0))


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
    with opened_to_read(path) as connection:
        yield Reader(connection, path, rubric)
