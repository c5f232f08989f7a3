"""A whole class: everything handed in is read, examined where it is not known yet, and stored at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.errors import CourseError, GraderError, MachineError, UsageError
from grader.fingerprint import exercise_digest, outcome_key
from grader.foreign.telling import rules
from grader.gradebook.counting import LeftOut
from grader.gradebook.writing import Graded, Writer
from grader.intake.handin import Found, Handin
from grader.setting import Setting
from grader.submission import Submission
from grader.task import Overrun, Reply, Task

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

    examined: at least one exercise of theirs was run. known: nothing had to be run.
    unreadable: the student's move. absent: on the roster only.
    faults: the course's or the machine's; worst is the last of these.
    left_out: what does not count, as it was graded with other seeds only.
    """

    examined: int = 0
    known: int = 0
    unreadable: int = 0
    faults: int = 0
    absent: int = 0
    worst: GraderError | None = None
    troubled: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=lambda: LeftOut(0, 0))


class Batch:
    """Grades a class into a gradebook.

    course: the course digest that replies must carry.
    """

    def __init__(
        self,
        setting: Setting,
        writer: Writer,
        examiners: Examiners,
        course: str,
        versions: tuple[tuple[str, str], ...],
        progress: Progress,
    ) -> None:
        self._setting = setting
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
        for place, sentence in found.troubles:
            self._progress.tell(place, sentence)
        jobs = self._jobs(found.handins)
        while self._fill(jobs) or self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(self._running.pop(future), future)
        self._writer.settle(self.tally.troubled)
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
            known = self._writer.known(keys.values())
            missing = tuple(name for name, key in keys.items() if key not in known)
            job = Job(handin, submission, keys, missing)
            if missing:
                yield job
            else:
                self._store(job, None)

    def _settle(self, job: Job, future: Future[Reply]) -> None:
        try:
            reply = future.result()
            if reply.course != self._course:
                raise CourseError(
                    "a worker has another course or grader than this one", "install the same there"
                )
        except GraderError as error:
            self._retry(job, error)
        except Exception as error:
            # A cluster's own failures come as anything.
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            self._retry(job, MachineError(f"the worker failed: {said}", "run the same again"))
        else:
            self._store(job, reply)

    def _store(self, job: Job, reply: Reply | None) -> None:
        handin, evidence = job.handin, {} if reply is None else reply.evidence
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
            rules=rules(job.submission, self._setting.lenient),
        )
        self._writer.add(graded, evidence)
        if reply is None:
            self.tally.known += 1
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
