"""The watch's end of its grading process: asks, and tells what comes back as events."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Thread

from grader.course.course import Course
from grader.forkserver.messages import Order, Plain, Task, fault_from_plain, from_plain, receive, send
from grader.machine.files import Scratch
from grader.machine.processes import started
from grader.watch.board import Event, Faulted, Graded, Lost, Opened, Said

CLOSING = 3.0  # seconds


class Grading:
    """A grading process; what it says arrives as events, from a thread of its own.

    tell: called with Opened once, then with Graded or Faulted for what was asked, and with Said; with Lost
        where the process ends by itself.
    """

    def __init__(self, course: Course, order: Order, tell: Callable[[Event], None]) -> None:
        self._exercises = {exercise.name: exercise for exercise in course.parts}
        self._order = order
        self._tell = tell
        self._lane: socket.socket | None = None

    def start(self) -> None:
        """Begin to begin: Opened is told when it is ready; raises MachineError where there is no process."""
        # Workers put their folders in here; those of dropped gradings are removed with it.
        self._folder = Scratch("watch")
        self._said = self.folder / "said"
        self._lane, theirs = socket.socketpair()
        try:
            self._process = self._started(theirs.fileno())
        finally:
            theirs.close()
        Thread(target=self._listen, args=(self._lane,), daemon=True).start()

    def _started(self, lane: int) -> subprocess.Popen[bytes]:
        order = json.dumps(asdict(self._order))
        with self._said.open("wb") as said:
            folder = str(self.folder)
            return started(
                "grader.watch.serving", order, str(lane), pass_fds=[lane], stderr=said, TMPDIR=folder
            )

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
        return Graded(message["number"], from_plain(self._exercises, message["result"]), message["final"])

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self._said.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    @property
    def pid(self) -> int:
        """The process that was started last."""
        return self._process.pid

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
        try:
            self._process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._folder.remove()
