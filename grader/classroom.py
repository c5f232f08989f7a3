"""A whole class from its folder to its gradebook: what is handed in, who examines it, where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.batch import Batch, Progress, Tally
from grader.cases import default_folder
from grader.course import here
from grader.fingerprint import course_digest
from grader.gradebook.writing import Writer, writing
from grader.grading import versions
from grader.intake.finding import find
from grader.intake.handin import Found
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
    seconds, patience: see Limits.
    """

    folder: Path
    book: Path
    roster: Path | None
    width: int
    cluster: str | None
    seed: int
    sandbox: str
    seconds: float
    patience: float


class Watch(Progress, Protocol):
    """Progress that is told first how much there is."""

    def start(self, total: int) -> None:
        """So many are handed in."""


def grade_class(wanted: Wanted, progress: Watch) -> Tally:
    """Grade all that a folder holds into a gradebook; raises GraderError where that cannot begin."""
    course = here()
    rubric = of(course)
    cage = choose(wanted.sandbox, strangers=True)
    limits = Limits(seconds=wanted.seconds, patience=wanted.patience)
    setting = Setting(course, cage, default_folder(), wanted.seed, limits)
    found = find(wanted.folder, course.names, wanted.roster)
    with writing(wanted.book) as writer, _examiners(wanted) as (examine, width):
        writer.score_by(rubric)
        progress.start(len(found.handins))
        return _graded(setting, writer, examine, width, found, progress)


def _graded(
    setting: Setting,
    writer: Writer,
    examine: Callable[[Task], Future[Reply]],
    width: int,
    found: Found,
    progress: Progress,
) -> Tally:
    digest = course_digest(setting).hex()
    return Batch(setting, writer, examine, width, digest, versions(), progress).run(found)


@contextmanager
def _examiners(wanted: Wanted) -> Iterator[tuple[Callable[[Task], Future[Reply]], int]]:
    """Who examines: a function that takes a task, and how many it may be given at a time."""
    order = Order(wanted.sandbox, wanted.seed, wanted.seconds, wanted.patience)
    if wanted.cluster is not None:
        from grader.cluster import connected

        with connected(wanted.cluster, order) as (examine, width):
            yield examine, width
        return
    room = Room(order, wanted.width)
    pool = ThreadPoolExecutor(wanted.width)
    try:
        # One more than there are lanes, so that no lane waits while this process reads or stores.
        yield (lambda task: pool.submit(room.examine, task)), wanted.width + 1
    finally:
        room.close()
        pool.shutdown(wait=False, cancel_futures=True)
