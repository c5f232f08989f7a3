"""The watch's end of its grading process: asks, and tells what comes back as events."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

from grader.course.course import Course
from grader.forkserver.client import Server
from grader.forkserver.messages import Order, Plain, Task, fault_from_plain, receive, results_from_plain, send
from grader.machine.files import Scratch
from grader.watch.board import Event, Faulted, Graded, Lost, Opened, Said


class Grading:
    """A grading process; what it says arrives as events, from a thread of its own.

    tell: called with Opened once, then with Graded or Faulted for what was asked, and with Said; with Lost
        where the process ends by itself.
    """

    def __init__(self, course: Course, order: Order, tell: Callable[[Event], None]) -> None:
        self._exercises = {exercise.name: exercise for exercise in course.parts}
        self._order = replace(order, early=True)
        self._tell = tell
        self._lane: socket.socket | None = None

    def start(self) -> None:
        """Begin to begin: Opened is told when it is ready; raises MachineError where there is no process."""
        # Workers put their folders in here; those of dropped gradings are removed with it.
        self._folder = Scratch("watch")
        self._said = self.folder / "said"
        with self._said.open("wb") as said:
            self._server = Server(self._order, stderr=said, TMPDIR=str(self.folder))
        (self._lane,) = self._server.lanes
        Thread(target=self._listen, args=(self._lane,), daemon=True).start()

    def ask(self, number: int, task: Task) -> None:
        """Have a mark graded; what was asked before and is not answered yet is dropped."""
        assert self._lane is not None
        with suppress(OSError):  # then it has ended, and Lost is on its way
            send(self._lane, {"number": number, **task.to_plain()})

    def _listen(self, lane: socket.socket) -> None:
        message: Plain | None = {}
        while message is not None:
            try:
                message = receive(lane)
            except OSError:
                message = None
            if lane is not self._lane:
                return  # it was closed from here
            self._tell(Lost(self._last_words()) if message is None else self._event(message))

    def _event(self, message: Plain) -> Event:
        if "say" in message:
            return Said(message["say"])
        if "isolation" in message:
            versions = tuple((name, version) for name, version in message["versions"])
            return Opened(message["isolation"], versions)
        if "fault" in message:
            return Faulted(message.get("number"), fault_from_plain(message["fault"]))
        (result,) = results_from_plain(self._exercises, message)
        return Graded(message["number"], result, message["final"])

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self._said.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    @property
    def pid(self) -> int:
        """The process that was started last."""
        return self._server.pid

    @property
    def folder(self) -> Path:
        """Where it may leave things, until it is closed."""
        return self._folder.path

    def close(self) -> None:
        """End the process with all that it has under way; may be called more than once."""
        if self._lane is None:
            return
        lane, self._lane = self._lane, None
        # Wakes the thread that reads from it, which close() alone does not.
        with suppress(OSError):
            lane.shutdown(socket.SHUT_RDWR)
        lane.close()
        self._server.end()
        self._folder.remove()
