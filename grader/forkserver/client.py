"""Where submissions are examined side by side: one grading process for a class, as many lanes as jobs."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict

from grader.errors import GraderError, MachineError
from grader.forkserver.messages import Order, Plain, Reply, Task, fault_from_plain, receive, send
from grader.machine.processes import started

OPENING = 1200.0  # seconds: to draw the cases of all exercises on a busy machine, and more
LONGEST = 3600.0  # with fifty limits on top: the grading process itself ends a submission long before
CLOSING = 3.0


class LaneBroken(MachineError):
    """A process of ours ended that should not have."""

    def __init__(self, what: str = "the grading process ended unexpectedly") -> None:
        super().__init__(what, "run the same command again: it goes on")


class Room:
    """A grading process that starts when it is first needed; examine() is for as many threads as lanes.

    say: called with a sentence before something that takes seconds and happens only once.
    """

    def __init__(self, order: Order, lanes: int, say: Callable[[str], None] = lambda _: None) -> None:
        self._say = say
        self._order = order
        self._lanes = lanes
        # A lane that broke and could not be replaced is None until somebody needs it.
        self._free: queue.SimpleQueue[socket.socket | None] = queue.SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._opening = threading.Lock()
        self._course = ""

    def open(self) -> None:
        """Start, where that is still to be done; raises GraderError where nothing can be examined at all."""
        with self._opening:
            if not self._course:
                self._open(self._lanes)

    def examine(self, task: Task) -> Reply:
        """Examine a submission; raises GraderError where that could not be done.

        A lane that breaks is replaced, so that the next call finds one.
        """
        self.open()
        lane = self._lane()
        try:
            send(lane, task.to_plain())
            answer = _answer(lane)
        except (OSError, LaneBroken):
            lane.close()
            self._free.put(None)
            raise LaneBroken from None
        except GraderError:
            self._free.put(lane)
            raise
        self._free.put(lane)
        return Reply(self._course, answer["evidence"])

    def _lane(self) -> socket.socket:
        lane = self._free.get()
        if lane is not None:
            return lane
        try:
            self._open(1)
        except GraderError:
            self._free.put(None)
            raise
        return self._lane()

    def _open(self, lanes: int) -> None:
        order = json.dumps(asdict(self._order))
        with ExitStack() as unused:
            pairs = [socket.socketpair() for _ in range(lanes)]
            for ours, _ in pairs:
                unused.enter_context(ours)
            fds = [theirs.fileno() for _, theirs in pairs]
            try:
                process = started("grader.forkserver.server", order, ",".join(map(str, fds)), pass_fds=fds)
            finally:
                for _, theirs in pairs:
                    theirs.close()
            self._processes.append(process)
            for ours, _ in pairs:
                ours.settimeout(OPENING)
                while "say" in (hello := _answer(ours)):
                    self._say(hello["say"])
                self._course = hello["course"]
                ours.settimeout(LONGEST + 50 * self._order.seconds * self._order.patience)
            unused.pop_all()
        for ours, _ in pairs:
            self._free.put(ours)

    def close(self) -> None:
        """End the grading process; what is still being examined is ended with it."""
        with suppress(queue.Empty):
            while True:
                if lane := self._free.get_nowait():
                    lane.close()
        for process in self._processes:
            try:
                process.wait(CLOSING)
            except subprocess.TimeoutExpired:
                # With all its forks; their workers end when these do.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _answer(lane: socket.socket) -> Plain:
    """What comes down a lane; raises the fault it tells of, and LaneBroken where it is closed."""
    try:
        answer = receive(lane)
    except OSError:
        raise LaneBroken from None
    if answer is None:
        raise LaneBroken
    if "fault" in answer:
        raise fault_from_plain(answer["fault"])
    return answer
