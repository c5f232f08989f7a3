"""Grading processes as those who ask see them; and a room, where a class is examined side by side."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import IO

from grader.errors import GraderError, MachineError
from grader.forkserver.messages import (
    Order,
    Plain,
    Reply,
    Task,
    fault_from_plain,
    hand_over,
    passed,
    receive,
    send,
)
from grader.machine.processes import Job, forks, kill_with_all_it_started, started

OPENING = 1200.0  # seconds: to draw the cases of all exercises on a busy machine, and more
LONGEST = 3600.0  # with fifty limits on top: the grading process itself ends a submission long before
CLOSING = 3.0


class LaneBroken(MachineError):
    """A process of ours ended that should not have."""

    def __init__(self, what: str = "the grading process ended unexpectedly") -> None:
        super().__init__(what, "run the same command again: it goes on")


class Server:
    """A grading process that has been started, and the lanes that lead to it.

    stderr, variables: as for processes.started().
    """

    def __init__(
        self, order: Order, lanes: int = 1, stderr: IO[bytes] | None = None, **variables: str
    ) -> None:
        pairs = [socket.socketpair() for _ in range(lanes)]
        fds = passed(theirs for _, theirs in pairs)
        order = replace(order, forks=forks())
        words = json.dumps(asdict(order)), ",".join(map(str, fds))
        self.lanes = [ours for ours, _ in pairs]
        try:
            module = "grader.forkserver.server"
            self._process = started(module, *words, pass_fds=fds, stderr=stderr, **variables)
            self._job = Job(self._process)
            hand_over(self._process, (theirs for _, theirs in pairs))
        except MachineError:
            self.close()
            raise
        finally:
            for _, theirs in pairs:
                theirs.close()

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self._process.pid

    def close(self) -> None:
        """Close the lanes."""
        for lane in self.lanes:
            lane.close()

    def end(self) -> None:
        """Wait for its end, which comes once its lanes are closed; kill it where that takes too long."""
        try:
            self._process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            # With all its forks; their workers end when these do.
            kill_with_all_it_started(self._process)
            self._process.wait()
        self._job.end()


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
        self._servers: list[Server] = []
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
        server = Server(self._order, lanes)
        self._servers.append(server)
        try:
            for lane in server.lanes:
                lane.settimeout(OPENING)
                while "say" in (hello := _answer(lane)):
                    self._say(hello["say"])
                self._course = hello["course"]
                lane.settimeout(LONGEST + 50 * self._order.seconds * self._order.patience)
        except GraderError:
            server.close()
            raise
        for lane in server.lanes:
            self._free.put(lane)

    def close(self) -> None:
        """End the grading process; what is still being examined is ended with it."""
        with suppress(queue.Empty):
            while True:
                if lane := self._free.get_nowait():
                    lane.close()
        for server in self._servers:
            server.end()


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
