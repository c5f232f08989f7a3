"""The grading process of a class: pytest collects the properties once, every submission is a fork.

Run by client.py as a process of its own, where nothing else is: no thread, no progress bar, no store.
    python -m grader.forkserver.server ORDER LANES
ORDER is an Order as JSON, LANES the descriptors of sockets, comma between them. Down each lane come
tasks and go replies, one at a time.
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
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from grader.course.course import Course, here
from grader.course.properties import collected
from grader.errors import GraderError, MachineError
from grader.examine.cases import default_folder
from grader.examine.digests import course_digest
from grader.examine.examining import Examiner, Layouts
from grader.examine.grading import Carrier, arguments, result, silently
from grader.examine.plugin import Examining
from grader.examine.setting import Setting
from grader.examine.signatures import recall_signatures
from grader.forkserver.messages import Order, Overrun, Plain, Task, fault_to_plain, receive, send
from grader.report.evidence import result_to_plain
from grader.sandbox.cages import choose
from grader.sandbox.launch import worker_code
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission

CHUNK = 1 << 16
ANSWERING = 120.0  # seconds on top of all limits, for starting, ending and judging on a busy machine


class Collected(Carrier):
    """Stops pytest after its collection and lets it go on in a fork for each task.

    serving: set in a fork that examines: the task and where its reply goes.
    """

    def __init__(self, setting: Setting, lanes: list[socket.socket]) -> None:
        super().__init__(Examining(Examiner(setting, Submission("", {}, {}))))
        self.setting = setting
        self.layouts: Layouts = setting.course.subject.layouts
        self.lanes = lanes
        self.serving: tuple[Task, int] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Returns in forks only, with the items of their task."""
        if session.testsfailed:
            return  # pytest itself says what it could not collect
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        with self.examining.noting_faults():
            make_ready(self.setting, self.examining, items)
            hello: Plain = {"course": course_digest(self.setting).hex()}
        gc.collect()
        gc.freeze()
        self.serving = _each_lane(self.lanes, hello, self._budget)
        task = self.serving[0]
        self.examining.examiner = self.layouts.examiner(self.setting, task.submission)
        session.items[:] = [item for item in items if self.examining.exercise(item).name in task.marks]

    def _budget(self, submission: Submission) -> float:
        """The most seconds that a submission may take in all."""
        return self.layouts.examiner(self.setting, submission).longest + ANSWERING

    def reply(self, finished: Callable[[], None]) -> Plain:
        """What the fork's task is answered with."""
        assert self.serving is not None
        if self.examining.fault is not None:
            return {"fault": fault_to_plain(self.examining.fault)}
        try:
            finished()
            marks = [part for part in self.setting.course.parts if part.name in self.serving[0].marks]
            evidence = {mark.name: result_to_plain(result(mark, self.tests)) for mark in marks}
        except GraderError as error:
            return {"fault": fault_to_plain(error)}
        return {"evidence": evidence}


def make_ready(setting: Setting, examining: Examining, items: list[pytest.Function]) -> None:
    """Do here what every fork would do again."""
    import_module("grader.examine.drawing")
    subject = setting.course.subject
    subject.warm_up()
    worker_code(subject.worker)
    assert setting.course.reference
    for item in items:
        exercise = examining.exercise(item)
        bank = setting.bank(exercise, collected(item.module))
        assert bank.programs
        bank.answer(0)
        if not exercise.own:
            recall_signatures(setting, exercise, bank)


def _each_lane(
    lanes: list[socket.socket], hello: Plain, budget: Callable[[Submission], float]
) -> tuple[Task, int]:
    """A process for each lane, and from it one for each task; returns in these only."""
    for lane in lanes:
        if os.fork() == 0:
            for other in lanes:
                if other is not lane:
                    other.close()
            send(lane, hello)
            return _each_task(lane, budget)
    for lane in lanes:
        lane.close()
    with suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def _each_task(lane: socket.socket, budget: Callable[[Submission], float]) -> tuple[Task, int]:
    """Answer the lane's tasks until there are no more; returns in the forks only."""
    while (plain := receive(lane)) is not None:
        task = Task.from_plain(plain)
        seconds = budget(task.submission)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            lane.close()
            os.close(reading)
            return task, writing
        os.close(writing)
        answer = _read(reading, seconds)
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        send(lane, answer)
    os._exit(0)


def _read(reading: int, seconds: float) -> Plain:
    """All that a fork writes, or a fault where it dies or takes too long."""
    data, deadline = b"", time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0 and select.select([reading], [], [], left)[0]:
        piece = os.read(reading, CHUNK)
        if not piece:
            # Only a whole answer is JSON.
            with suppress(ValueError):
                answer: Plain = json.loads(data)
                return answer
            return {"fault": fault_to_plain(MachineError("the process that examined it ended early", AGAIN))}
        data += piece
    said = f"examining it took more than {seconds:.0f} seconds, and the grader ended that"
    return {"fault": fault_to_plain(Overrun(said, AGAIN))}


AGAIN = "run the same command again: it goes on with what is missing"


def main(order: str, lanes: str) -> NoReturn:
    """Collect, and serve the lanes until they close."""
    wanted = Order(**json.loads(order))
    sockets = [socket.socket(fileno=int(fd)) for fd in lanes.split(",")]
    try:
        collection = _collection(wanted, sockets)
        finished = silently(arguments(collection.setting, collection.setting.course.parts), collection)
        if collection.serving is None:
            if collection.examining.fault is not None:
                raise collection.examining.fault
            finished()
    except GraderError as error:
        for lane in sockets:
            send(lane, {"fault": fault_to_plain(error)})
        os._exit(error.exit_code)
    assert collection.serving is not None
    collection.examining.examiner.close()
    with open(collection.serving[1], "wb") as pipe:
        pipe.write(json.dumps(collection.reply(finished)).encode())
    os._exit(0)


def _collection(order: Order, lanes: list[socket.socket]) -> Collected:
    cache = Path(order.cache) if order.cache else default_folder()
    limits = Limits(seconds=order.seconds, patience=order.patience)
    course = Course.load(Path(order.root)) if order.root else here()
    setting = Setting(
        course,
        choose(order.sandbox),
        cache,
        order.seed,
        limits,
        lambda said: send(lanes[0], {"say": said}),
        order.lenient,
    )
    return Collected(setting, lanes)


if __name__ == "__main__":
    main(*sys.argv[1:])
