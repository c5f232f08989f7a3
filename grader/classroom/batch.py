"""A whole class from its folder to its gradebook: who examines it, here or on other machines."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader.classroom.gradebook import Graded, Reader, Writer, reading, writing
from grader.classroom.people import Said, aliases, check, from_json
from grader.classroom.people import read as read_people
from grader.classroom.store import LeftOut, opened_to_read
from grader.course.course import LENIENT, Course, own, own_root
from grader.errors import CourseError, GraderError, MachineError, UsageError
from grader.examine.cases import default_folder
from grader.examine.examining import Layouts
from grader.examine.grading import versions
from grader.examine.setting import Setting, course_digest, exercise_digest, outcome_key
from grader.forkserver.client import Order, Overrun, Reply, Room, Task
from grader.model import Person
from grader.printable import harmless, printable
from grader.report.rubric import Rubric, of
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.download import find
from grader.submission.hand_in import Found, Handin
from grader.submission.roster import read as read_roster
from grader.submission.submission import Submission
from grader.version import installing

if TYPE_CHECKING:
    from distributed import Client

TRIES = 3
ENOUGH = 10  # submissions in a row that cannot be graded: it is not theirs to mend


class Progress(Protocol):
    """Whoever watches a batch."""

    def advance(self) -> None:
        """One more of those handed in is settled."""

    def tell(self, place: str, sentence: str) -> None:
        """Something could not be graded, or is worth knowing."""


class Examiners(Protocol):
    """Whoever examines, here or elsewhere.

    width: how many tasks they may be given at a time.
    """

    width: int

    def open(self) -> None:
        """Get ready; raises GraderError where nothing can be examined at all."""

    def submit(self, task: Task) -> Future[Reply]:
        """Have a task examined."""


@dataclass(frozen=True, slots=True)
class Job:
    """One submission on its way.

    missing: the marks it is to be examined for.
    tries: how often that has failed through no fault of its own.
    """

    handin: Handin
    submission: Submission
    keys: dict[str, bytes]
    missing: tuple[str, ...]
    tries: int = 0


@dataclass(slots=True)
class Tally:
    """What became of those handed in.

    examined: at least one exercise of theirs was run.
    known: they have not changed since they were graded. twins: they are new, and the same was graded before.
    partly: of some exercise nobody could tell which file is meant.
    unreadable: the student's move. absent: on the roster only.
    faults: the course's or the machine's; worst is the last of these.
    nobodys: files that seem to be handed in, though nobody knows by whom.
    left_out: what does not count, as it was graded with other seeds only.
    """

    examined: int = 0
    known: int = 0
    twins: int = 0
    partly: int = 0
    unreadable: int = 0
    faults: int = 0
    absent: int = 0
    nobodys: int = 0
    worst: GraderError | None = None
    troubled: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=lambda: LeftOut(0, 0))


class Batch:
    """Grades a class into a gradebook.

    course: the course digest that replies must carry.
    again: whether what is known already is run once more, and nobody else is looked at.
    """

    def __init__(
        self,
        setting: Setting,
        writer: Writer,
        examiners: Examiners,
        course: str,
        versions: tuple[tuple[str, str], ...],
        progress: Progress,
        again: bool = False,
    ) -> None:
        self._setting = setting
        self._anew = again
        self._writer = writer
        self._examiners = examiners
        self._course = course
        self._versions = versions
        self._progress = progress
        self._digests = {part.name: exercise_digest(setting, part) for part in setting.course.parts}
        self._running: dict[Future[Reply], Job] = {}
        self._again: deque[Job] = deque()
        self._in_a_row = 0
        self.tally = Tally()

    def run(self, found: Found) -> Tally:
        """Grade all that was found; what is stored already is not run again."""
        self._writer.meet(found.absent)
        self.tally.absent = len(found.absent)
        self.tally.nobodys = found.nobodys
        for place, sentence in found.troubles:
            self._progress.tell(place, sentence)
        jobs = self._jobs(found.handins)
        while self._fill(jobs) or self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(self._running.pop(future), future)
        places = {handin.where for handin in found.handins} if self._anew else None
        self._writer.settle(self.tally.troubled, places)
        self.tally.left_out = self._writer.left_out()
        return self.tally

    def _fill(self, jobs: Iterator[Job]) -> bool:
        """Keep as many tasks under way as there is room for; whether any was added."""
        added = False
        while len(self._running) < self._examiners.width:
            job = self._again.popleft() if self._again else next(jobs, None)
            if job is None:
                break
            self._examiners.open()
            self._running[self._examiners.submit(Task(job.submission, job.missing))] = job
            added = True
        return added

    def _jobs(self, handins: Sequence[Handin]) -> Iterator[Job]:
        """What has to be run, read only when its turn comes; all else is settled on the way."""
        for handin in handins:
            try:
                submission = handin.read()
            except UsageError as error:
                self._unreadable(handin, error)
                continue
            keys = {
                part.name: outcome_key(
                    self._setting.course,
                    submission,
                    part,
                    self._digests[part.name],
                    self._setting.lenient,
                )
                for part in self._setting.course.parts
            }
            known = set() if self._anew else self._writer.known(keys.values())
            missing = tuple(name for name, key in keys.items() if key not in known)
            self._tell(handin, submission)
            job = Job(handin, submission, keys, missing)
            if missing:
                yield job
            else:
                self._store(job, None)

    def _tell(self, handin: Handin, submission: Submission) -> None:
        """Say which files are taken for exercises that they are not called after, and what is not graded."""
        if taken := [f"{name} from {path}" for name, path in submission.taken.items()]:
            self._progress.tell(
                handin.where, f"graded from files of another name or place: {', '.join(taken)}"
            )
        for name, reason in submission.unclear.items():
            self._progress.tell(handin.where, f"{name} is not graded: {reason}")
        self.tally.partly += bool(submission.unclear)

    def _settle(self, job: Job, future: Future[Reply]) -> None:
        try:
            reply = future.result()
            if reply.course != self._course:
                raise CourseError(
                    "a worker has another course or grader than this one", "install the same there"
                )
            self._refuse_incomplete(job, reply)
        except GraderError as error:
            self._retry(job, error)
        except Exception as error:
            # A cluster's own failures come as anything.
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            self._retry(job, MachineError(f"the worker failed: {said}", "run the same again"))
        else:
            self._store(job, reply)

    def _refuse_incomplete(self, job: Job, reply: Reply) -> None:
        """Raise CourseError where not all that was asked was answered: that is never anybody's grade."""
        for mark in job.missing:
            if lacking := self._writer.lacking(mark, reply.evidence.get(mark, {})):
                raise CourseError(
                    f"grading {mark} said nothing of {', '.join(sorted(lacking))}", "run: grader check"
                )

    def _store(self, job: Job, reply: Reply | None) -> None:
        handin, evidence = job.handin, {} if reply is None else reply.evidence
        layouts: Layouts = self._setting.course.subject.layouts
        graded = Graded(
            person=handin.person,
            submission=job.submission.digest,
            name=handin.where,
            course=self._course,
            seed=self._setting.seed,
            isolation=self._setting.cage.isolation,
            versions=self._versions,
            handed_in=handin.handed_in,
            number=handin.number,
            keys=job.keys,
            rules=layouts.rules(job.submission, self._setting.lenient),
        )
        new = self._writer.add(graded, evidence, anew=self._anew)
        if reply is None:
            self.tally.known += not new
            self.tally.twins += new
        else:
            self.tally.examined += 1
            self._in_a_row = 0
        self._progress.advance()

    def _retry(self, job: Job, error: GraderError) -> None:
        """Faults that are not the student's are tried again, and never become a zero.

        One that has taken all the time there is for a submission is not, and says nothing of the next.
        """
        overran = isinstance(error, Overrun)
        if job.tries + 1 < TRIES and not overran:
            self._again.append(replace(job, tries=job.tries + 1))
            return
        self.tally.faults += 1
        self.tally.worst = error
        self._in_a_row += 0 if overran else 1
        if self._in_a_row == ENOUGH:
            raise error
        self._trouble(job.handin, f"not graded: {error.what}", passing=True)

    def _unreadable(self, handin: Handin, error: UsageError) -> None:
        self.tally.unreadable += 1
        self._trouble(handin, error.what, passing=False)

    def _trouble(self, handin: Handin, sentence: str, passing: bool) -> None:
        self.tally.troubled.append(handin.where)
        self._writer.trouble(handin.where, handin.person, sentence, passing)
        self._progress.tell(handin.where, sentence)
        self._progress.advance()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    width: submissions under way at a time.
    cluster: the address of a dask scheduler; None for this machine.
    seed: None for the one that counts in the gradebook.
    seconds, patience: see Limits.
    any_shape: one of course.ANY_SHAPE; empty for what course.toml says.
    thorough: see Setting.
    people: what is said of single people; None for what was said before.
    again: whose work alone is graded, whether it is known or not; empty for everybody's.
    """

    folder: Path
    book: Path
    roster: Path | None
    width: int
    cluster: str | None
    seed: int | None
    sandbox: str
    seconds: float
    patience: float
    any_shape: str = ""
    thorough: bool = False
    people: Path | None = None
    again: tuple[str, ...] = ()


class Watch(Progress, Protocol):
    """Progress that is told first how much there is."""

    def start(self, total: int) -> None:
        """So many are handed in."""

    def say(self, sentence: str) -> None:
        """Something takes seconds, once."""


def grade_class(wanted: Wanted, progress: Watch, course: Course | None = None) -> Tally:
    """Grade all that a folder holds into a gradebook; raises GraderError where that cannot begin.

    course: by default the grader's own, whichever folder this is called in.
    """
    course = course or own()
    rubric = of(course)
    cage = choose(wanted.sandbox, strangers=True)
    limits = Limits(seconds=wanted.seconds, patience=wanted.patience)
    lenient = (wanted.any_shape or course.any_shape) == LENIENT
    rows = read_roster(wanted.roster) if wanted.roster else []
    said = read_people(wanted.people) if wanted.people else None
    found = find(
        wanted.folder,
        course,
        wanted.roster,
        course.subject.layouts,
        said.groups(rows) if said else _groups(wanted.book),
        [wanted.people] if wanted.people else [],
        rubric.policy.zone,
    )
    if wanted.again:
        found = _only(found, wanted.again, aliases(rows))
    with writing(wanted.book) as writer:
        # Also who is there only as a member of a group: what a group hands in is one person's at first.
        alone = {
            id_ for members in (said.groups(rows) if said and not rows else {}).values() for id_ in members
        }
        writer.meet([*(row.person for row in rows), *map(Person, sorted(alone))])
        writer.enrol({row.person.id: dict(row.cells) for row in rows if row.cells})
        if said is not None:
            theirs = {handin.person.id: handin.person.id for handin in found.handins}
            matters = said.known_as({**theirs, **writer.known_as(), **aliases(rows)})
            check(matters, rubric.policy)
            writer.regard(matters)
        seed = _seed(writer, wanted.seed, progress.say)
        setting = Setting(course, cage, default_folder(), seed, limits)
        setting = replace(setting, lenient=lenient, thorough=wanted.thorough)
        # Other machines have a course of their own, which need not lie where it lies here.
        root = "" if course.root == own_root() else str(course.root)
        order = Order(wanted.sandbox, seed, wanted.seconds, wanted.patience, root=root)
        order = replace(order, lenient=lenient, thorough=wanted.thorough)
        with _examiners(wanted, order, progress.say) as examiners:
            writer.score_by(rubric)
            progress.start(len(found.handins))
            digest = course_digest(setting).hex()
            return Batch(
                setting, writer, examiners, digest, versions(setting), progress, bool(wanted.again)
            ).run(found)


def _groups(book: Path) -> dict[str, list[str]]:
    """The members of each group, as was said before."""
    found: dict[str, list[str]] = {}
    if book.is_file():
        with opened_to_read(book) as connection:
            for id_, body in connection.execute("SELECT person, body FROM matters ORDER BY person"):
                if group := from_json(body).group:
                    found.setdefault(group, []).append(id_)
    return found


def _only(found: Found, again: Sequence[str], known: Mapping[str, str]) -> Found:
    """What these people have handed in; raises UsageError where somebody has nothing."""
    ids = {known.get(id_, id_): id_ for id_ in again}
    handins = tuple(handin for handin in found.handins if handin.person.id in ids)
    if missing := sorted(ids.keys() - {handin.person.id for handin in handins}):
        who = printable(ids[missing[0]])
        raise UsageError(f"nothing of {who} is among what was handed in", "give the id as reports have it")
    return Found(handins, (), (), 0)


def _seed(writer: Writer, asked: int | None, say: Callable[[str], None]) -> int:
    """The seed to grade with, which counts from now on."""
    before = writer.seed
    seed = (before or 0) if asked is None else asked
    writer.count_by(seed)
    if before not in (None, seed):
        say(f"Seed {seed} counts from now on, and seed {before} no more; the class is graded with it.")
    elif seed:
        say(f"Only what is graded with seed {seed} counts.")
    return seed


@contextmanager
def _examiners(wanted: Wanted, order: Order, say: Callable[[str], None]) -> Iterator[Examiners]:
    if wanted.cluster is not None:
        with connected(wanted.cluster, order) as cluster:
            yield cluster
        return
    examiners = Here(order, wanted.width, say)
    try:
        yield examiners
    finally:
        examiners.close()


class Here:
    """Examiners on this machine."""

    def __init__(self, order: Order, jobs: int, say: Callable[[str], None]) -> None:
        self._room = Room(order, jobs, say)
        self._threads = ThreadPoolExecutor(jobs)
        # One more than there are lanes, so that no lane waits while this process reads or stores.
        self.width = jobs + 1

    def open(self) -> None:
        self._room.open()

    def submit(self, task: Task) -> Future[Reply]:
        return self._threads.submit(self._room.examine, task)

    def close(self) -> None:
        """End all that is still under way."""
        self._room.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


CONNECTING = 10.0  # seconds
AHEAD = 2  # tasks for each thread of a worker, so that none waits for the next to arrive


@contextmanager
def connected(address: str, order: Order) -> Iterator[Cluster]:
    """Examiners on the cluster of this scheduler.

    A worker that dies loses nothing: the cluster gives its tasks to others.
    Raises UsageError where dask is not installed or the address is none, MachineError where nobody
    answers or no worker is there.
    """
    with _client(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise MachineError(
                f"the cluster at {address} has no workers", f"start some: dask worker {address}"
            )
        # Not pure: what failed once may be given again.
        yield Cluster(order, client.get_executor(pure=False), AHEAD * threads)


class Cluster:
    """Examiners on other machines, who open their rooms with their first task."""

    def __init__(self, order: Order, executor: Executor, width: int) -> None:
        self._order = order
        self._executor = executor
        self.width = width

    def open(self) -> None:
        """Nothing to do here."""

    def submit(self, task: Task) -> Future[Reply]:
        return self._executor.submit(examine_there, self._order, task)


def _client(address: str) -> Client:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        raise UsageError("--dask needs dask.distributed", f"run: {installing('dask')}") from None
    try:
        # Asked first: a client that was never made whole says so with a traceback when it goes.
        get_backend(parse_address(address)[0])
        return Client(address, timeout=CONNECTING, set_as_default=False)
    except ValueError as error:
        raise UsageError(
            f"'{address}' is no address of a scheduler: {error}", "give one as host:8786"
        ) from None
    except OSError:
        raise MachineError(f"no dask scheduler answers at {address}", "start one: dask scheduler") from None


_rooms: dict[Order, Room] = {}
_opening = threading.Lock()


def examine_there(order: Order, task: Task) -> Reply:
    """Examine a task on the worker this runs on, in a room that stays open for the next."""
    with _opening:
        if order not in _rooms:
            _rooms[order] = Room(order, _threads())
            atexit.register(_rooms[order].close)
    return _rooms[order].examine(task)


def _threads() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)


@dataclass(frozen=True, slots=True)
class Change:
    """What a new rubric has changed.

    rubric: whether it is another one at all.
    people: how many have a score.
    moved: whose score has changed, with the points before and after; None where there is no score.
    """

    rubric: bool
    people: int
    moved: tuple[tuple[str, float | None, float | None], ...]


def rescored(book: Path, rubric: Rubric, said: Said | None = None) -> Change:
    """Make a gradebook score by a rubric from now on, and by what is said of people.

    said: None for what was said before.
    Raises CourseError where the rubric asks for outcomes that are not there, and changes nothing then.
    """
    with writing(book, make=False) as writer:
        with reading(book) as reader:
            before = points_of(reader)
        with reading(book, rubric) as reader:
            after = points_of(reader)
        if said is not None:
            check(matters := said.known_as(writer.known_as()), rubric.policy)
            writer.regard(matters)
        new = writer.score_by(rubric)
    if said is not None:
        with reading(book) as reader:
            after = points_of(reader)
    moved = tuple(
        (harmless(printable(id_)), before.get(id_), after.get(id_))
        for id_ in sorted(before.keys() | after.keys())
        if before.get(id_) != after.get(id_)
    )
    return Change(new, len(after), moved)


def points_of(reader: Reader) -> dict[str, float]:
    """Everybody's final score who has one, by their ids."""
    standings = reader.standings().each()
    return {s.person.id: float(s.report.final) for s in standings if s.report is not None}


def scores(book: Path) -> dict[str, float | None]:
    """What everybody has in a gradebook, made fit to be shown; nothing where there is no gradebook yet."""
    if not book.is_file():
        return {}
    with reading(book) as reader:
        return {harmless(printable(id_)): points for id_, points in points_of(reader).items()}
