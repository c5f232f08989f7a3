"""What goes between grading processes: tasks, replies, and how they travel."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import CourseError, GraderError, MachineError, UsageError
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
