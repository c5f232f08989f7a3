"""What goes into a gradebook, what it says, and what it says under another rubric."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from grader.classroom import people
from grader.classroom.store import (
    SEED,
    LeftOut,
    Row,
    Uncounted,
    added_up,
    compare,
    damaged,
    each,
    last_seed,
    left_out,
    opened_to_read,
    opened_to_write,
    told,
    transaction,
)
from grader.errors import CourseError, GraderError, UsageError
from grader.model import Adjustment, NotStarted, Person, Result, Verdict
from grader.report.evidence import result_from_plain, text, whole
from grader.report.report import Report, named
from grader.report.rubric import YEARS, Attempt, Rubric, counted, from_json
from grader.report.standings import Standing, Standings
from grader.submission.roster import SECTIONS

LAST = """
SELECT course, version FROM attempts a WHERE person = ? AND submission = ? AND handed_in = ? AND seed = ?
AND NOT EXISTS (SELECT 1 FROM attempts b WHERE b.person = a.person AND b.submission = a.submission
    AND b.name = ? AND b.handed_in != a.handed_in AND b.id > a.id)
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
        self._claims: dict[str, frozenset[str]] = {}
        self._complete: dict[tuple[str, int], bool] = {}

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys whose outcomes are there, all of them; others have to be seen again."""
        with told(self._path):
            ask = "SELECT exercise, evidence FROM outcomes WHERE key = ?"
            found = ((key, self._connection.execute(ask, (key,)).fetchone()) for key in keys)
            return {key for key, row in found if row and self._is_complete(*row)}

    def _is_complete(self, mark: str, evidence: int) -> bool:
        if (mark, evidence) not in self._complete:
            ask = "SELECT body FROM evidence WHERE id = ?"
            row = self._connection.execute(ask, (evidence,)).fetchone()
            try:
                complete = not self.lacking(mark, json.loads(text(row and row[0])))
            except (ValueError, RecursionError):
                complete = True  # it is damaged, and whoever reads it is told so
            self._complete[mark, evidence] = complete
        return self._complete[mark, evidence]

    def lacking(self, mark: str, plain: Mapping[str, Any]) -> frozenset[str]:
        """The claims of a mark that evidence says nothing of."""
        outcomes = plain.get("outcomes")
        there = outcomes.keys() if isinstance(outcomes, dict) else ()
        return self._claims.get(mark, frozenset()).difference(there)

    def add(self, graded: Graded, evidence: Mapping[str, Mapping[str, Any]], *, anew: bool = False) -> bool:
        """Store an attempt with the evidence that was not known yet; one that is there already stays.

        evidence: by mark, as evidence.result_to_plain() gives it. anew: in place of what was known.
        Returns whether the attempt is a new one.
        """
        with told(self._path), transaction(self._connection):
            for mark, plain in evidence.items():
                self._outcome(graded.keys[mark], mark, plain, anew)
            self._meet(graded.person)
            with added_up(self._connection, "attempts", graded.person.id):
                return self._attempt(graded)

    def _outcome(self, key: bytes, mark: str, plain: Mapping[str, Any], anew: bool) -> None:
        body = json.dumps(plain, separators=(",", ":"))
        digest = hashlib.sha256(body.encode()).digest()
        self._connection.execute(
            "INSERT OR IGNORE INTO evidence (digest, body) VALUES (?, ?)", (digest, body)
        )
        with self._replacing(key, anew):
            self._connection.execute(
                "INSERT OR IGNORE INTO outcomes SELECT ?, ?, id FROM evidence WHERE digest = ?",
                (key, mark, digest),
            )

    @contextmanager
    def _replacing(self, key: bytes, anew: bool) -> Iterator[None]:
        """Makes room for an outcome in the place of one of that key that is not complete, or any if anew."""
        row = self._connection.execute(
            "SELECT exercise, evidence FROM outcomes WHERE key = ?", (key,)
        ).fetchone()
        if row is None or (not anew and self._is_complete(*row)):
            yield
            return
        people = self._connection.execute(
            "SELECT DISTINCT person FROM attempts WHERE id IN (SELECT attempt FROM marks WHERE outcome = ?)",
            (key,),
        ).fetchall()
        with ExitStack() as sums:
            for (person,) in people:
                sums.enter_context(added_up(self._connection, "attempts", person))
            # What points at it is without it for a moment.
            self._connection.execute("PRAGMA defer_foreign_keys = ON")
            self._connection.execute("DELETE FROM outcomes WHERE key = ?", (key,))
            yield

    def _attempt(self, graded: Graded) -> bool:
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
        person, submission, course, seed, version, handed_in, _, name, *_ = row
        last = self._connection.execute(LAST, (person, submission, handed_in, seed, name)).fetchone()
        if last == (course, version):
            return False
        done = self._connection.execute(
            "INSERT INTO attempts (person, submission, course, seed, version, handed_in, number,"
            " name, isolation, versions, rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        marks = [(done.lastrowid, i, mark, key) for i, (mark, key) in enumerate(graded.keys.items())]
        self._connection.executemany("INSERT INTO marks VALUES (?, ?, ?, ?)", marks)
        return True

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
        if person.canvas:
            with added_up(self._connection, "canvas", person.id):
                row = (person.id, person.canvas)
                self._connection.execute("INSERT OR REPLACE INTO canvas VALUES (?, ?)", row)

    def enrol(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        """Keep what the roster says of these people, by their ids: each line by its headings."""
        self._keep("rosters", {id_: json.dumps(row) for id_, row in rows.items()})

    def regard(self, matters: Mapping[str, people.Matter]) -> None:
        """Keep what is said of people, by their ids, in place of all that was said before."""
        self._keep("matters", {id_: matter.to_json() for id_, matter in matters.items()}, whole=True)

    def _keep(self, table: str, rows: Mapping[str, str], whole: bool = False) -> None:
        """Put these into a table of what is said; whole: and nothing else is left there."""
        with told(self._path), transaction(self._connection):
            run = self._connection.execute
            before = dict(run(f"SELECT person, body FROM {table}").fetchall())  # noqa: S608 (our own name)
            gone = before.keys() - rows.keys() if whole else ()
            for person in [*gone, *(id_ for id_, body in rows.items() if before.get(id_) != body)]:
                with added_up(self._connection, table, person):
                    run(f"DELETE FROM {table} WHERE person = ?", (person,))  # noqa: S608 (as above)
                    if person in rows:
                        run(f"INSERT INTO {table} VALUES (?, ?)", (person, rows[person]))  # noqa: S608

    def known_as(self) -> dict[str, str]:
        """Everybody's id who is known, by itself and by the address."""
        with told(self._path):
            rows = self._connection.execute("SELECT email, id FROM people").fetchall()
            return dict(rows) | {id_: id_ for _, id_ in rows}

    def trouble(self, place: str, person: Person, sentence: str, passing: bool) -> None:
        """Remember why something could not be graded; passing: the machine's or the course's fault."""
        with told(self._path), transaction(self._connection):
            self._meet(person)
            row = (place, person.id, sentence, int(passing))
            with added_up(self._connection, "troubles", place):
                self._connection.execute("INSERT OR REPLACE INTO troubles VALUES (?, ?, ?, ?)", row)

    def settle(self, troubled: Sequence[str], of: set[str] | None = None) -> None:
        """Forget every trouble but those at these places; of: only these were looked at."""
        with told(self._path), transaction(self._connection):
            places = [place for (place,) in self._connection.execute("SELECT place FROM troubles").fetchall()]
            for place in ({*places} if of is None else {*places} & of) - {*troubled}:
                with added_up(self._connection, "troubles", place):
                    self._connection.execute("DELETE FROM troubles WHERE place = ?", (place,))

    def score_by(self, rubric: Rubric) -> bool:
        """Score by this rubric from now on; whether it is another one than before."""
        self._claims = {
            mark: frozenset(claim.name for claim in claims) for mark, claims in rubric.claims.items()
        }
        self._complete = {}
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


LONG_AGO = datetime.min.replace(tzinfo=UTC)
KEPT = 20_000  # decoded results; most people's are alike
ATTEMPTS = "ORDER BY a.person, a.handed_in, a.number, a.id, m.position"
UNSEEN = (
    "only another seed than the one that counts has seen what was handed in: give it to grader batch again"
)
OUTDATED = (
    "what was handed in was graded before the exercises' properties became what they are: give it to grader"
    " batch again"
)
# All that a gradebook says, without the order in which it came in.
CONTENT = (
    "SELECT * FROM people ORDER BY id",
    "SELECT * FROM canvas ORDER BY person",
    "SELECT digest, body FROM rubrics ORDER BY id DESC LIMIT 1",
    "SELECT o.key, o.exercise, e.body FROM outcomes o JOIN evidence e ON e.id = o.evidence ORDER BY o.key",
    SEED,
    """SELECT a.person, a.submission, a.course, a.seed, a.version, a.handed_in, a.number, a.name, a.isolation,
    a.versions, a.rules, m.exercise, m.outcome FROM attempts a JOIN marks m ON m.attempt = a.id
    ORDER BY 1, 2, 3, 4, 5, 6, m.position""",
    "SELECT * FROM troubles ORDER BY place",
    "SELECT * FROM rosters ORDER BY person",
    "SELECT * FROM matters ORDER BY person",
)


class Incomplete(CourseError):
    """Something was not seen of an attempt that a rubric asks for."""


class Reader:
    """Reads an open gradebook, scoring by a rubric."""

    def __init__(self, connection: sqlite3.Connection, path: Path, rubric: Rubric | None) -> None:
        self._connection = connection
        self._path = path
        self.rubric = rubric or self._stored()
        # By another rubric nothing may be left out: it is only taken if it can score everything.
        self._lenient = rubric is None
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
        deadline = rubric.policy.deadline
        parts = rubric.title, rubric.exercises, rubric.together
        return Standings(*parts, deadline, self._standings, students_see=rubric.students_see)

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
        numbers = self._canvas()
        rows, matters = self._rosters(), self._matters()
        pools = self._pools(matters, troubles)
        attempts = self._attempts()
        person, theirs, others = next(attempts, NO_MORE)
        for (row,) in each(self._connection, "people", "ORDER BY id"):
            id_, name, email = self._texts("list of people", row)
            mine: Mine = ([], Uncounted())
            if id_ == person:
                mine = theirs, others
                person, theirs, others = next(attempts, NO_MORE)
            known = Person(id_, name, email, numbers.get(id_, ""))
            matter, trouble = matters.get(id_, people.NOTHING), troubles.get(id_, "")
            if matter.group:
                mine, trouble = pools[matter.group]
            found = self._standing(known, *mine, trouble, matter)
            row_ = rows.get(id_, {})
            yield replace(found, section=matter.section or section_of(row_), row=row_)
        if person is not None:
            # Their order went astray, and with it whose attempts are whose.
            raise damaged(self._path, "list of people")

    def _canvas(self) -> dict[str, str]:
        """The numbers that people have in Canvas, by their ids."""
        rows = [row for (row,) in each(self._connection, "canvas", "")]
        return dict(self._texts("number in Canvas", row) for row in rows)

    def _troubles(self) -> dict[str, str]:
        """By the person's id; of several the last in order of their letters."""
        rows = [row for (row,) in each(self._connection, "troubles", "")]
        told_of = (self._texts("trouble", row[1:3]) for row in rows)
        return dict(sorted(told_of))

    def _rosters(self) -> dict[str, dict[str, str]]:
        """Everybody's line of the roster, by their ids."""
        found = {}
        for (row,) in each(self._connection, "rosters", ""):
            id_, body = self._texts("line of the roster", row)
            try:
                found[id_] = {text(heading): text(cell) for heading, cell in json.loads(body).items()}
            except (ValueError, AttributeError, RecursionError):
                raise damaged(self._path, "line of the roster") from None
        return found

    def _matters(self) -> dict[str, people.Matter]:
        """What is said of people, by their ids."""
        found = {}
        for (row,) in each(self._connection, "matters", ""):
            id_, body = self._texts("word on a person", row)
            try:
                found[id_] = people.from_json(body)
            except ValueError:
                raise damaged(self._path, "word on a person") from None
        return found

    def _pools(
        self, matters: Mapping[str, people.Matter], troubles: Mapping[str, str]
    ) -> dict[str, tuple[Mine, str]]:
        """What each group has handed in, and what is wrong with it; all of them are read once for that."""
        groups = {id_: matter.group for id_, matter in matters.items() if matter.group}
        if not groups:
            return {}
        found: dict[str, list[tuple[list[Attempt], Uncounted]]] = {name: [] for name in groups.values()}
        for person, attempts, others in self._attempts():
            if person in groups:
                found[groups[person]].append((attempts, others))
        pools = {}
        for name, parts in found.items():
            pooled = sorted((a for attempts, _ in parts for a in attempts), key=_moment)
            uncounted = Uncounted(sum(o.seeds for _, o in parts), sum(o.outdated for _, o in parts))
            said = (troubles.get(id_, "") for id_, group in groups.items() if group == name)
            pools[name] = (pooled, uncounted), "; ".join(dict.fromkeys(filter(None, said)))
        return pools

    def _standing(
        self,
        person: Person,
        attempts: list[Attempt],
        others: Uncounted,
        trouble: str,
        matter: people.Matter,
    ) -> Standing:
        if matter.excused:
            return Standing(person, None, None, len(attempts), "", matter.excused)
        policy = self.rubric.policy
        own = tuple(people.lines(matter, policy))
        if not attempts and matter.points:
            report = self._nothing(own)
            return Standing(person, report, None, 0, trouble)
        if not attempts:
            troubles = (trouble, UNSEEN if others.seeds else "", OUTDATED if others.outdated else "")
            return Standing(person, None, None, 0, "; ".join(filter(None, troubles)))
        best = counted(people.came(attempts, matter, policy), people.policy_for(matter, policy), own)
        report = best.report
        if lines := tuple(others.lines()):
            report = replace(report, adjustments=(*report.adjustments, *lines))
        told = "; ".join(filter(None, (trouble, *report.ungraded)))
        times = tuple(attempt.handed_in for attempt in attempts if attempt.handed_in)
        return Standing(person, report, best.handed_in, len(attempts), told, times=times)

    def _nothing(self, lines: tuple[Adjustment, ...]) -> Report:
        """A report of somebody who handed in nothing and has points by hand."""
        missing = NotStarted("nothing was handed in", missing=True)
        parts = self.rubric
        results = {
            part.name: Result(part, tuple(Verdict(claim, missing) for claim in parts.claims[part.name]))
            for part in parts.parts
        }
        together = None if parts.together is None else results.pop(parts.together.name)
        digest = hashlib.sha256(b"").hexdigest()
        seed = named(self._seed or 0, self._key)
        return Report("", digest, seed, "none", tuple(results.values()), together, (), lines)

    def _attempts(self) -> Iterator[tuple[str | None, list[Attempt], Uncounted]]:
        """Everybody's attempts in the order they were handed in, by the person's id; last, those left out."""
        found = each(self._connection, "attempts", ATTEMPTS)
        for person, attempts in groupby(found, key=lambda rows: rows[0][1]):
            ours: dict[tuple[str, str], list[Row]] = {}
            others = set()
            theirs = list(attempts)
            # When the same work in the same place came is what was said of it last.
            said = {(rows[0][2], rows[0][8]): rows[0][6] for rows in sorted(theirs, key=lambda r: r[0][0])}
            for rows in theirs:
                id_, work = rows[0][0], (rows[0][2], rows[0][6])
                if said[work[0], rows[0][8]] != work[1]:
                    continue
                if rows[0][4] != self._seed:
                    others.add(work)
                # Of the same work handed in at the same time only what was graded last.
                elif work not in ours or ours[work][0][0] < id_:
                    ours[work] = rows
            seen = [attempt for rows in ours.values() if (attempt := self._attempt(rows)) is not None]
            yield person, seen, Uncounted(len(others - ours.keys()), len(ours) - len(seen))

    def _attempt(self, rows: list[Row]) -> Attempt | None:
        """An attempt; None for one that has not been seen in full, and is to be graded again."""
        _, _, digest, course, seed, _, handed_in, _, name, isolation, versions, rules = rows[0][:12]
        try:
            results = {row[13]: self._result(row[13], *row[16:]) for row in rows if row[13] in self._parts}
        except Incomplete:
            if self._lenient:
                return None
            raise
        own = self.rubric.last
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
            raise Incomplete(
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


Mine = tuple[list[Attempt], Uncounted]
NO_MORE: tuple[None, list[Attempt], Uncounted] = (None, [], Uncounted())


def section_of(row: Mapping[str, str]) -> str:
    """The section that a line of the roster says."""
    return next((cell for heading, cell in row.items() if heading.casefold() in SECTIONS), "")


def _moment(attempt: Attempt) -> datetime:
    return attempt.handed_in or LONG_AGO


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
