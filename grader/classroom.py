"""A whole class from its folder to its gradebook: what is handed in, who examines it, where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.batch import Batch, Examiners, Progress, Tally
from grader.cases import default_folder
from grader.course import LENIENT, here
from grader.fingerprint import course_digest
from grader.foreign.finding import AnyLayout
from grader.gradebook.writing import Writer, writing
from grader.grading import versions
from grader.intake.finding import find
from grader.room import Room
from grader.rubric import of
from grader.sandbox import choose
from grader.setting import Setting
from grader.student import Limits
from grader.task import Order, Reply, Task


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    width: submissions under way at a time.
    cluster: the address of a dask scheduler; None for this machine.
    seed: None for the one that counts in the gradebook.
    seconds, patience: see Limits.
    any_shape: one of course.ANY_SHAPE; empty for what course.toml says.
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


class Watch(Progress, Protocol):
    """Progress that is told first how much there is."""

    def start(self, total: int) -> None:
        """So many are handed in."""

    def say(self, sentence: str) -> None:
        """Something takes seconds, once."""


def grade_class(wanted: Wanted, progress: Watch) -> Tally:
    """Grade all that a folder holds into a gradebook; raises GraderError where that cannot begin."""
    course = here()
    rubric = of(course)
    cage = choose(wanted.sandbox, strangers=True)
    limits = Limits(seconds=wanted.seconds, patience=wanted.patience)
    lenient = (wanted.any_shape or course.any_shape) == LENIENT
    found = find(wanted.folder, course.names, wanted.roster, AnyLayout())
    with writing(wanted.book) as writer:
        seed = _seed(writer, wanted.seed, progress.say)
        setting = Setting(course, cage, default_folder(), seed, limits, lenient=lenient)
        order = Order(wanted.sandbox, seed, wanted.seconds, wanted.patience, lenient=lenient)
        with _examiners(wanted, order, progress.say) as examiners:
            writer.score_by(rubric)
            progress.start(len(found.handins))
            digest = course_digest(setting).hex()
            return Batch(setting, writer, examiners, digest, versions(), progress).run(found)


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
        from grader.cluster import connected

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
