"""The grading process: pytest collects the properties once, and every task is examined by a fork.

Run by client.py as a process of its own, where nothing else is: no thread, no screen, no store.
    python -m grader.forkserver.server ORDER LANES
ORDER is an Order as JSON, LANES the descriptors of sockets, comma between them. Down each lane come tasks and
go replies. A class has many lanes, with a task at a time in each; a watch has one, and wants it early.

Where nothing forks, this process only hands on, and every task has a process that has begun from nothing.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import pytest

from grader.course.course import Course, own
from grader.course.properties import Property, collected, configured_as_usual, declares_only
from grader.errors import GraderError, MachineError, of_machine
from grader.examine.cases import Bank, default_folder
from grader.examine.examining import SHRINKING, Early, Examiner, Layouts
from grader.examine.grading import examined, result, versions
from grader.examine.plugin import Carrier, Examining, arguments, silently
from grader.examine.setting import Setting, course_digest
from grader.forkserver.client import (
    Order,
    Overrun,
    Plain,
    Task,
    fault_to_plain,
    hand_over,
    passed,
    receive,
    results_to_plain,
    send,
    taken_over,
)
from grader.machine import processes
from grader.machine.processes import Job, kill_with_all_it_started, started
from grader.model import Exercise, Observation, Result
from grader.sandbox.cages import choose
from grader.sandbox.launch import worker_code
from grader.sandbox.runner import Clock, Limits, Session, sent
from grader.subject import Unanswerable
from grader.submission.submission import Submission

ANSWERING = 120.0  # seconds on top of all limits, for starting, ending and judging on a busy machine
NOBODY = Submission("", {}, {})
AGAIN = "run the same command again: it goes on with what is missing"


class Prepared(Examiner):
    """An examiner with a started worker, whose submission is still to come.

    tell: called with the verdict as soon as it is settled, before the bonus and any shrinking.
    """

    def __init__(self, setting: Setting, tell: Callable[[Result], None]) -> None:
        super().__init__(setting, NOBODY)
        self._tell = tell
        # Where that fails now, it is tried again, and said, when there is something to grade.
        with suppress(MachineError):
            self._student.start()

    def _observed(
        self, session: Session, exercise: Exercise, properties: Sequence[Property], bank: Bank
    ) -> list[Observation]:
        last = bank is self.setting.bank(exercise, properties)
        early = Early(exercise, properties, bank, last, self._tell, lambda: self.read(exercise.name))
        return early.observe(session)


class Fork:
    """A fork of the grading process, and the line to it; in the fork itself pid is 0."""

    def __init__(self, pid: int, line: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.line = line
        self._process, self._job = process, None if process is None else Job(process)
        self.number: int | None = None
        self.seconds = self._by = 0.0

    @classmethod
    def begun(cls) -> Fork:
        """A new one; this returns in both processes."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        mine, other = (theirs, ours) if pid == 0 else (ours, theirs)
        other.close()
        return cls(pid, mine)

    @classmethod
    def from_nothing(cls, order: Order) -> Fork:
        """A process that does as a fork, once it has collected; it says first that it is ready."""
        ours, theirs = socket.socketpair()
        with theirs:
            fds = passed([theirs])
            words = json.dumps(asdict(replace(order, once=True))), ",".join(map(str, fds))
            process = started("grader.forkserver.server", *words, pass_fds=fds)
            hand_over(process, [theirs])
        return cls(process.pid, ours, process)

    @property
    def forked(self) -> bool:
        """Whether it has what was imported here."""
        return self._process is None

    def ask(self, task: Plain, seconds: float) -> None:
        """Give it a task, and so many seconds for it."""
        self.number, self.seconds, self._by = task.get("number"), seconds, time.monotonic() + seconds
        self.line.settimeout(seconds)
        with suppress(OSError):  # then it has ended, and its line says so
            send(self.line, task)

    def ready(self, *others: socket.socket) -> list[socket.socket]:
        """Which of the others and its own line can be read, as soon as one can; none once its time is up."""
        return select.select([*others, self.line], [], [], max(0.0, self._by - time.monotonic()))[0]

    def answer(self, again: str) -> Plain:
        """What can be read now; a fault where it has died, or its time is up. again: what to do then."""
        if self.line not in self.ready():
            said = f"examining it took more than {self.seconds:.0f} seconds, and the grader ended that"
            return {"fault": fault_to_plain(Overrun(said, again))}
        ended = MachineError("the process that examined it ended early", again)
        return _received(self.line) or {"fault": fault_to_plain(ended)}

    def end(self) -> None:
        """Kill it; its worker ends when it does."""
        self.line.close()
        if self._process is not None and self._job is not None:
            kill_with_all_it_started(self._process)
            self._process.wait()
            self._job.end()
            return
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Server(Carrier):
    """Stops pytest after its collection and lets it go on in a fork for each task.

    serving: set in a fork that examines: the task and where its reply goes.
    """

    def __init__(self, setting: Setting, lanes: list[socket.socket], early: bool, once: bool) -> None:
        super().__init__(Examining(Examiner(setting, NOBODY)))
        self.setting = setting
        self.layouts: Layouts = setting.course.subject.layouts
        self.lanes = lanes
        self.early, self.once = early, once
        self._known: set[str] = set()
        self._as_usual = False
        self.serving: tuple[Task, socket.socket] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Returns in forks only, with the items of their task."""
        if session.testsfailed:
            return  # pytest itself says what it could not collect
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        with self.examining.noting_faults():
            self._make_ready(items)
            hello: Plain = {
                "course": course_digest(self.setting).hex(),
                "isolation": self.setting.cage.isolation,
                "versions": versions(self.setting),
            }
        gc.collect()
        gc.freeze()
        lane = self.lanes[0] if self.once else _own(self.lanes)
        send(lane, hello)
        if self.once:
            line = lane
        else:
            line = self._fork_for_each_task(lane)
            lane.close()
        self._known = {*sys.modules}
        task = self._awaited(line)
        self.serving = task, line
        asked = [item for item in items if self.examining.exercise(item).name in task.marks]
        session.items[:] = [] if self.examining.fault or self._examined(asked) else asked

    def _examined(self, items: list[pytest.Function]) -> bool:
        """Examine what is asked, as grading.run_with does it without pytest; whether that can be."""
        if not self._as_usual:
            return False
        modules = {self.examining.exercise(item): item.module for item in items}
        with self.examining.noting_faults(), warnings.catch_warnings():
            warnings.simplefilter("error")
            tests = examined(self.examining.examiner, [*modules.items()])
        self.tests = tests or []
        return tests is not None

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """What was examined without pytest is not in its report."""
        self.tests = self.tests or json_report["tests"]

    def _make_ready(self, items: list[pytest.Function]) -> None:
        """Do here what every fork would do again."""
        modules = {item.module for item in items}
        self._as_usual = configured_as_usual(self.setting.course) and all(map(declares_only, modules))
        subject = self.setting.course.subject
        if self.early:  # somebody waits: what only some failures need is loaded before one is there
            import_module("hypothesis")
            with suppress(Unanswerable):
                subject.make_ready()
        worker_code(subject.worker)
        if subject.reading:
            sent(subject.reading)
        assert self.setting.course.reference
        for item in items:
            exercise, properties = self.examining.exercise(item), collected(item.module)
            bank = self.setting.bank(exercise, properties)
            for asked in (bank.few, bank):
                assert asked.programs
                asked.answer(0)
                if self.early:
                    Early(exercise, properties, asked).halves()
            if not exercise.own and self.setting.course.subject.reading:
                self.setting.reference(exercise)

    def _fork_for_each_task(self, lane: socket.socket) -> socket.socket:
        try:
            return each_task(
                lane, self.early, Fork.begun, lambda task: _seconds(self.setting, task, self.early)
            )
        except Closed:
            os._exit(0)  # a fork that waits sees its line close, and ends by itself

    def _awaited(self, line: socket.socket) -> Task:
        """What this fork is asked; where somebody waits, all is ready before it comes."""
        examiner: Examiner | None = None
        if self.early:
            try:
                examiner = Prepared(
                    self.setting, lambda told: send(line, results_to_plain([told], final=False))
                )
            except (GraderError, OSError, MemoryError) as error:
                # Told to whoever asks: to end without a word would look like the submission's doing.
                self.examining.fault = error if isinstance(error, GraderError) else of_machine(error)
        plain = _received(line)
        if plain is None:
            if examiner is not None:
                examiner.close()
            os._exit(0)
        task = Task.from_plain(plain)
        if examiner is None:
            examiner = self.layouts.examiner(self.setting, task.submission)
        examiner.submission = task.submission
        if task.told:
            examiner.setting = examiner.setting.telling(task.told)
        self.examining.examiner = examiner
        return task

    def reply(self, finished: Callable[[], None]) -> None:
        """Answer the fork's task."""
        assert self.serving is not None
        task, line = self.serving
        try:
            if self.examining.fault is not None:
                raise self.examining.fault
            finished()
            marks = [part for part in self.setting.course.parts if part.name in task.marks]
            answer = results_to_plain([result(mark, self.tests) for mark in marks], final=True)
            answer["imported"] = sorted(_importable(set(sys.modules) - self._known))
        except GraderError as error:
            answer = {"fault": fault_to_plain(error)}
        with suppress(OSError):  # nobody waits for it any more
            send(line, answer)


def _importable(modules: set[str]) -> set[str]:
    """What brings all of these when it is imported: our own modules, and others' packages."""
    return {name if name.startswith("grader.") else name.partition(".")[0] for name in modules}


class Learnt:
    """What forks had to import, so that later ones need not.

    Most classes have nothing to be shrunk, and then PyTorch, which takes longer to load than three
    submissions to grade, is never loaded. So what comes with others' packages is imported here when a second
    fork had to; our own modules at once, since they load quickly.
    """

    def __init__(self) -> None:
        self._once: set[str] = set()

    def learn(self, imported: Sequence[str]) -> None:
        """Note what one fork has imported, and import what later ones may need."""
        wanted = set(imported)
        if not all(name.startswith("grader.") for name in wanted):
            wanted &= self._once
        self._once.update(imported)
        for name in sorted(wanted):
            with suppress(ImportError):
                import_module(name)
        if wanted:
            gc.collect()
            gc.freeze()


def each_task(
    lane: socket.socket,
    early: bool,
    begin: Callable[[], Fork],
    seconds: Callable[[Task], float],
    waiting: Fork | None = None,
) -> socket.socket:
    """Hand tasks to forks and their replies back, until the lane closes; returns in the forks only.

    seconds: the most that a task may take in all. waiting: a fork that is there already.
    Raises Closed where nothing forks.
    """
    busy: Fork | None = None
    learnt = Learnt()
    while True:
        # While one works, no other is begun: it would take the processor from it.
        if early and busy is None and waiting is None:
            waiting = begin()
            if waiting.pid == 0:
                return waiting.line
        if busy is not None and lane not in busy.ready(lane):
            busy = _relay(busy, lane, early, learnt)
            continue
        task = _received(lane)
        if busy is not None:
            busy.end()
            busy = None
        if task is None:
            raise Closed(waiting)
        fork = waiting or begin()
        if fork.pid == 0:
            return fork.line
        fork.ask(task, seconds(Task.from_plain(task)))
        busy, waiting = fork, None


class Closed(Exception):
    """Nobody asks any more. waiting: a fork that has still nothing to do."""

    def __init__(self, waiting: Fork | None) -> None:
        super().__init__()
        self.waiting = waiting


def _seconds(setting: Setting, task: Task, early: bool) -> float:
    """The most that a task may take in all; who waits has asked for one exercise."""
    if early:
        return Clock.of(setting.limits).left + SHRINKING
    layouts: Layouts = setting.course.subject.layouts
    return layouts.examiner(setting, task.submission).longest + ANSWERING


def _relay(fork: Fork, lane: socket.socket, early: bool, learnt: Learnt) -> Fork | None:
    """Hand a fork's answer on; returns the fork if there are more to come."""
    answer = fork.answer("save it once more" if early else AGAIN)
    if "evidence" not in answer and "fault" not in answer:
        return fork  # that it is ready, which has been told of the first
    imported = answer.pop("imported", [])
    # Where nobody listens any more, the lane is closed, and the next look at it says so.
    with suppress(OSError):
        send(lane, {"number": fork.number, **answer})
    if not answer.get("final", True):
        return fork
    fork.end()  # after the answer, for it takes a while
    if fork.forked:
        learnt.learn(imported)
    return None


def hand_on(order: Order, lanes: list[socket.socket]) -> NoReturn:
    """Where nothing forks: serve the lanes by processes that each do one task."""
    first = Fork.from_nothing(order)
    while True:
        hello = _received(first.line) or {"fault": fault_to_plain(MachineError("no grading process starts"))}
        for lane in lanes if "say" not in hello else lanes[:1]:
            send(lane, hello)
        if "fault" in hello:
            first.end()
            os._exit(MachineError.exit_code)
        if "course" in hello:
            break
    setting = _setting(order, lanes[0])
    threads = [
        Thread(target=_hand_on, args=(order, setting, lane, first if lane is lanes[0] else None))
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)


def _hand_on(order: Order, setting: Setting, lane: socket.socket, first: Fork | None) -> None:
    def seconds(task: Task) -> float:
        return _seconds(setting, task, order.early) + ANSWERING  # it may still be about to collect

    with suppress(OSError):
        try:
            each_task(lane, order.early, lambda: Fork.from_nothing(order), seconds, first)
        except Closed as closed:
            if closed.waiting is not None:
                closed.waiting.end()


def _own(lanes: list[socket.socket]) -> socket.socket:
    """The lane that this process serves; of several, each has a process, and the first waits for all."""
    if len(lanes) == 1:
        return lanes[0]
    for lane in lanes:
        if os.fork() == 0:
            for other in lanes:
                if other is not lane:
                    other.close()
            return lane
    for lane in lanes:
        lane.close()
    with suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def _received(line: socket.socket) -> Plain | None:
    """The next message; None where the other end is closed, however it went."""
    with suppress(OSError):
        return receive(line)
    return None


def main(order: str, lanes: str) -> NoReturn:
    """Collect, and serve the lanes until they close."""
    wanted = Order(**json.loads(order))
    sockets = taken_over(lanes)
    processes.MAY_FORK = processes.MAY_FORK and wanted.forks
    if not (wanted.forks or wanted.once):
        hand_on(wanted, sockets)
    try:
        server = Server(_setting(wanted, sockets[0]), sockets, wanted.early, wanted.once)
        finished = silently(arguments(server.setting, server.setting.course.parts), server)
        if server.serving is None:
            if server.examining.fault is not None:
                raise server.examining.fault
            finished()
    except GraderError as error:
        for lane in sockets:
            with suppress(OSError):
                send(lane, {"fault": fault_to_plain(error)})
        os._exit(error.exit_code)
    if wanted.early:
        server.reply(finished)
    # Otherwise before the reply: once that is there, this process is killed, and would leave folders behind.
    server.examining.examiner.close()
    if not wanted.early:
        server.reply(finished)
    os._exit(0)


def _setting(order: Order, lane: socket.socket) -> Setting:
    cache = Path(order.cache) if order.cache else default_folder()
    limits = Limits(seconds=order.seconds, patience=order.patience)
    course = Course.load(Path(order.root)) if order.root else own()

    def say(sentence: str) -> None:
        send(lane, {"say": sentence})

    return Setting(
        course, choose(order.sandbox), cache, order.seed, limits, say, order.lenient, order.thorough
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
