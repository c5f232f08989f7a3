"""The watch's grading process: everything is warm, and a fork with a started worker waits for the next save.

Run by grading.py as a process of its own, where nothing else is: no thread, no screen, no watched file.
    python -m grader.watch.serving ORDER LANE
ORDER is an Order as JSON, LANE the descriptor of a socket. Down it come tasks with a number and go their
results; a task that comes before the last one is answered ends that one.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from grader.course.course import Course
from grader.course.properties import Property, collected
from grader.errors import GraderError, MachineError
from grader.examine.cases import default_folder
from grader.examine.examining import SHRINKING, Early, Examination, Examiner
from grader.examine.grading import Carrier, arguments, result, silently, versions
from grader.examine.plugin import Examining
from grader.examine.setting import Setting
from grader.forkserver.messages import Order, Plain, Task, fault_to_plain, receive, send, to_plain
from grader.forkserver.server import make_ready
from grader.model import Exercise, Outcome, Result
from grader.sandbox.cages import choose
from grader.sandbox.launch import Launched
from grader.sandbox.runner import Attempt, Clock, Limits, Parts, Student
from grader.submission.submission import Submission


class Started(Student):
    """A student whose worker is up before anything is asked of it.

    early: what is told the verdict before all is done; None before the exercise is known.
    """

    early: Early | None = None

    def start(self) -> None:
        # Where that fails now, it is tried again, and said, when there is something to grade.
        with suppress(MachineError):
            self._worker = Launched(self._cage, self._lanes, self._subject)

    @contextmanager
    def attempt(self, parts: Parts, clock: Clock | None = None) -> Iterator[Attempt]:
        """An attempt whose whole bank is asked for in two goes."""
        with super().attempt(parts, clock) as attempt:
            if self.early is not None:
                attempt.observe = partial(self.early.observe, attempt.observe)  # type: ignore[method-assign]  # all else stays
            yield attempt


class Prepared(Examiner):
    """An examiner with a started worker, whose submission is still to come.

    tell: called with the verdict as soon as it is settled, before the bonus and any shrinking.
    """

    def __init__(self, setting: Setting, tell: Callable[[Result], None]) -> None:
        super().__init__(setting, Submission("", {}, {}))
        self._tell = tell
        course = setting.course
        self._student: Started = Started(
            setting.cage, setting.limits, len(course.parts), course.subject.worker
        )
        self._student.start()

    def _examine(self, exercise: Exercise, properties: Sequence[Property]) -> Examination | Outcome:
        self._student.early = Early(self.setting, exercise, properties, self._tell)
        return super()._examine(exercise, properties)


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork of the grading process, and the line to it; in the fork itself pid is 0."""

    pid: int
    line: socket.socket

    def end(self) -> None:
        """Kill it; its worker ends when it does."""
        self.line.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Warm(Carrier):
    """Stops pytest after its collection and lets it go on in a fork for each task.

    serving: set in a fork that examines: the task and where its reply goes.
    """

    def __init__(self, setting: Setting, lane: socket.socket) -> None:
        super().__init__(Examining(Examiner(setting, Submission("", {}, {}))))
        self.setting = setting
        self.lane = lane
        self.serving: tuple[Task, socket.socket] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Returns in forks only, with the items of their task."""
        if session.testsfailed:
            return  # pytest itself says what it could not collect
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        with self.examining.noting_faults():
            make_ready(self.setting, self.examining, items)
            for item in items:
                Early(self.setting, self.examining.exercise(item), collected(item.module), _unheard).halves()
        gc.collect()
        gc.freeze()
        send(
            self.lane,
            {"isolation": self.setting.cage.isolation, "versions": versions(self.setting.course.subject)},
        )
        line = self._each_task()
        self.lane.close()
        task = self._awaited(line)
        self.serving = task, line
        session.items[:] = [item for item in items if self.examining.exercise(item).name in task.marks]

    def _each_task(self) -> socket.socket:
        """Hand tasks to forks and their replies back, until the lane closes; returns in the forks only."""
        waiting: Fork | None = None
        busy: tuple[Fork, int, float] | None = None
        while True:
            if busy is None:
                waiting = waiting or _forked()
            # While one works, no other is begun: it would take the processor from it.
            elif self.lane not in (ready := self._ready(busy)):
                busy = busy if self._relay(busy[0], busy[1], answered=bool(ready)) else None
                continue
            if waiting is not None and waiting.pid == 0:
                return waiting.line
            message = _received(self.lane)
            if busy is not None:
                busy[0].end()
                busy = None
            if message is None:
                os._exit(0)  # a fork that waits sees its line close, and ends by itself
            if (waiting := waiting or _forked()).pid == 0:
                return waiting.line
            with suppress(OSError):  # then it has ended, and its line says so
                send(waiting.line, message)
            busy, waiting = (waiting, message["number"], time.monotonic() + self._budget), None

    def _ready(self, busy: tuple[Fork, int, float]) -> list[socket.socket]:
        """The lane, or the busy fork's line, whichever can be read; nothing where the fork's time is up."""
        left = max(0.0, busy[2] - time.monotonic())
        return select.select([self.lane, busy[0].line], [], [], left)[0]

    @property
    def _budget(self) -> float:
        return self.setting.limits.seconds * self.setting.limits.patience + SHRINKING

    def _relay(self, fork: Fork, number: int, answered: bool) -> bool:
        """Hand a fork's message on; whether there are more to come."""
        answer = _received(fork.line) if answered else None
        # Where nobody listens any more, the lane is closed, and the next look at it says so.
        with suppress(OSError):
            send(self.lane, {"number": number, **(answer or {"fault": fault_to_plain(LOST)})})
        if answer is not None and not answer.get("final", True):
            return True
        fork.end()  # after the answer, for it takes a while
        return False

    def _awaited(self, line: socket.socket) -> Task:
        """What this fork is asked, with everything ready before it comes."""
        examiner = Prepared(self.setting, lambda told: send(line, {"result": to_plain(told), "final": False}))
        plain = _received(line)
        if plain is None:
            examiner.close()
            os._exit(0)
        task = Task.from_plain(plain)
        examiner.submission = task.submission
        self.examining.examiner = examiner
        return task

    def reply(self, finished: Callable[[], None]) -> Plain:
        """What the fork's task is answered with."""
        assert self.serving is not None
        if self.examining.fault is not None:
            return {"fault": fault_to_plain(self.examining.fault)}
        try:
            finished()
            (mark,) = (part for part in self.setting.course.parts if part.name in self.serving[0].marks)
            return {"result": to_plain(result(mark, self.tests)), "final": True}
        except GraderError as error:
            return {"fault": fault_to_plain(error)}


LOST = MachineError("the process that examined it ended early", "save it once more")


def _forked() -> Fork:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    mine, other = (theirs, ours) if pid == 0 else (ours, theirs)
    other.close()
    return Fork(pid, mine)


def _unheard(_: Result) -> None:
    """Nobody is there to be told."""


def _received(line: socket.socket) -> Plain | None:
    """The next message; None where the other end is closed, however it went."""
    with suppress(OSError):
        return receive(line)
    return None


def main(order: str, lane: str) -> NoReturn:
    """Collect, and serve the lane until it closes."""
    wanted = Order(**json.loads(order))
    ours = socket.socket(fileno=int(lane))
    try:
        warm = Warm(_setting(wanted, ours), ours)
        finished = silently(arguments(warm.setting, warm.setting.course.parts), warm)
        if warm.serving is None:
            if warm.examining.fault is not None:
                raise warm.examining.fault
            finished()
    except GraderError as error:
        send(ours, {"fault": fault_to_plain(error)})
        os._exit(error.exit_code)
    assert warm.serving is not None
    reply = warm.reply(finished)
    send(warm.serving[1], reply)
    warm.examining.examiner.close()
    os._exit(0)


def _setting(order: Order, lane: socket.socket) -> Setting:
    cache = Path(order.cache) if order.cache else default_folder()
    limits = Limits(seconds=order.seconds, patience=order.patience)
    course = Course.load(Path(order.root))
    return Setting(
        course, choose(order.sandbox), cache, order.seed, limits, lambda said: send(lane, {"say": said})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
