"""How a grading process is asked: what goes there and back, and a room for a whole class, side by side."""

from __future__ import annotations

import json
import queue
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import IO, Any

from grader.errors import CourseError, GraderError, MachineError, UsageError
from grader.machine.processes import Job, forks, kill_with_all_it_started, started
from grader.model import Exercise, Result
from grader.report.evidence import claim_from_plain, claim_to_plain, result_from_plain, result_to_plain
from grader.sandbox.runner import PATIENCE
from grader.submission.submission import AnyShape, Submission

Plain = dict[str, Any]


class Overrun(MachineError):
    """Examining a submission took longer than it itself and the grader may take together."""


KINDS: dict[str, type[GraderError]] = {
    kind.__name__: kind for kind in (UsageError, CourseError, MachineError, Overrun, GraderError)
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a grading process is set up: everything of a setting that has a name.

    seconds, patience: see Limits.
    root: where the course lies; empty for the one that the grader was installed with.
    cache: the folder of recorded cases; empty for this user's.
    lenient, thorough: see Setting.
    early: somebody waits at a screen. A worker is up before there is a task, a verdict is told before the
        bonus and any shrinking, and a task that comes before the last one is answered ends that one.
    forks: a process may go on as two; where it may not, there is a process from nothing for every task.
    once: it is such a process, for one task.
    """

    sandbox: str
    seed: int
    seconds: float
    patience: float = PATIENCE
    root: str = ""
    cache: str = ""
    lenient: bool = False
    thorough: bool = False
    early: bool = False
    forks: bool = True
    once: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One submission, and the marks it is to be examined for.

    told: see Setting.
    """

    submission: Submission
    marks: tuple[str, ...]
    told: frozenset[str] = frozenset()

    def to_plain(self) -> Plain:
        handed_in = self.submission
        return {
            "name": handed_in.name,
            "sources": dict(handed_in.sources),
            "unreadable": dict(handed_in.unreadable),
            "marks": list(self.marks),
            "told": sorted(self.told),
            "taken": dict(handed_in.taken),
            "beside": {name: list(paths) for name, paths in handed_in.beside.items()},
            "unclear": dict(handed_in.unclear),
            "remarks": dict(handed_in.remarks),
            "shape": None if handed_in.shape is None else [handed_in.shape.value, *handed_in.shape.names],
        }

    @classmethod
    def from_plain(cls, plain: Plain) -> Task:
        shape = plain["shape"] and AnyShape(plain["shape"][0], tuple(map(tuple, plain["shape"][1:])))
        submission = Submission(
            plain["name"],
            plain["sources"],
            plain["unreadable"],
            shape,
            plain["taken"],
            {name: tuple(paths) for name, paths in plain["beside"].items()},
            plain["unclear"],
            plain["remarks"],
        )
        return cls(submission, tuple(plain["marks"]), frozenset(plain["told"]))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a room says of a task.

    course: the hexadecimal course digest of the room that examined.
    evidence: for each mark its outcomes and findings, as evidence.result_to_plain() gives them.
    """

    course: str
    evidence: dict[str, Plain]


def fault_to_plain(error: GraderError) -> Plain:
    """An error of ours, to be raised again at the other end."""
    return {"kind": type(error).__name__, "what": error.what, "next": error.next_step}


def fault_from_plain(plain: Plain) -> GraderError:
    """What fault_to_plain() was given."""
    return KINDS[plain["kind"]](plain["what"], plain["next"])


LENGTH = struct.Struct(">Q")


def send(to: socket.socket, plain: dict[str, Any]) -> None:
    """Write a message; raises OSError where nobody listens any more."""
    data = json.dumps(plain).encode()
    to.sendall(LENGTH.pack(len(data)) + data)


def receive(of: socket.socket) -> dict[str, Any] | None:
    """The next message, None where the other end is closed; raises OSError and TimeoutError."""
    head = _read(of, LENGTH.size)
    if head is None:
        return None
    body = _read(of, *LENGTH.unpack(head))
    if body is None:
        return None
    message: dict[str, Any] = json.loads(body)
    return message


def _read(of: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = of.recv(min(count - len(data), 1 << 20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def passed(sockets: Iterable[socket.socket]) -> list[int]:
    """The descriptors by which a process is given sockets as it starts; on Windows see hand_over()."""
    return [] if sys.platform == "win32" else [one.fileno() for one in sockets]


def hand_over(process: subprocess.Popen[bytes], sockets: Iterable[socket.socket]) -> None:
    """On Windows: give a process that has started these sockets, by what it reads first."""
    if sys.platform == "win32":
        assert process.stdin is not None
        with process.stdin as stream:
            for one in sockets:
                shared = one.share(process.pid)
                stream.write(LENGTH.pack(len(shared)) + shared)


def taken_over(descriptors: str) -> list[socket.socket]:
    """The sockets that a process was given; descriptors: as passed() has them, comma between them."""
    if sys.platform != "win32":
        return [socket.socket(fileno=int(word)) for word in descriptors.split(",")]
    found = []
    while len(head := sys.stdin.buffer.read(LENGTH.size)) == LENGTH.size:
        found.append(socket.fromshare(sys.stdin.buffer.read(*LENGTH.unpack(head))))
    return found


def results_to_plain(results: Iterable[Result], final: bool) -> Plain:
    """A reply: by the exercise's name what was seen, and which claims that is about.

    final: no more is to come of this task.
    """
    evidence, claims = {}, {}
    for result in results:
        evidence[result.exercise.name] = result_to_plain(result)
        claims[result.exercise.name] = [claim_to_plain(verdict.claim) for verdict in result.verdicts]
    return {"evidence": evidence, "claims": claims, "final": final}


def results_from_plain(exercises: Mapping[str, Exercise], reply: Plain) -> list[Result]:
    """What results_to_plain() was given; raises KeyError or ValueError for anything else."""
    return [
        result_from_plain(exercises[name], list(map(claim_from_plain, reply["claims"][name])), seen)
        for name, seen in reply["evidence"].items()
    ]


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
