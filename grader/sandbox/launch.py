"""Starts a worker in a cage, and reads one exercise's pipes: no byte that comes back is trusted."""

from __future__ import annotations

import marshal
import os
import select
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Protocol

from grader.errors import MachineError
from grader.model import Misfit, Numbers, Raised
from grader.printable import printable
from grader.sandbox.cage import Cage

FILES = ("worker.wire", "worker.walls", "worker.child", "worker.zygote")
END_SECONDS, START_SECONDS = 2.0, 30.0
FILTERED = b"f"  # what the zygote says where no code can end its own process by a signal
REPORT = struct.Struct("<BBI")  # what it says of a process that has ended
# The worker's modules arrive as code on the first pipe, so that no file of ours need be readable there.
RECEIVE = """
import marshal, os, sys, types
fds = [int(word) for word in sys.argv[1].split(",")]
with open(fds[0], "rb") as pipe:
    modules = marshal.load(pipe)
    inside, besides = marshal.load(pipe)
"""
MAKE_MODULES = """
# A name that no import statement can say, so that it stands in nobody's way.
for name, code in modules:
    package, _, last = ("<grader>." + name).rpartition(".")
    if package not in sys.modules:
        sys.modules[package] = types.ModuleType(package)
        sys.modules[package].__path__ = []
    module = sys.modules[package + "." + last] = types.ModuleType(package + "." + last)
    module.__package__ = package
    setattr(sys.modules[package], last, module)
    exec(code, module.__dict__)
"""
BEGIN = """
lanes = [tuple(fds[i : i + 4]) for i in range(3, len(fds), 4)]
sys.modules["<grader>.worker.zygote"].main(fds[1], fds[2], lanes, inside, besides, module)
"""
BOOT = RECEIVE + MAKE_MODULES + BEGIN


@cache
def worker_code(subject: tuple[str, ...]) -> bytes:
    """The worker's modules, compiled, under names in angle brackets that no student's file can have.

    subject: those that come after ours; the last is handed to child.serve.
    """
    folder = Path(__file__).parents[1]
    sources = [
        (name, (folder / f"{name.replace('.', '/')}.py").read_text("utf-8")) for name in (*FILES, *subject)
    ]
    return marshal.dumps([(name, compile(text, f"<{name}>", "exec")) for name, text in sources])


class How(Enum):
    """How an exercise's process ended, as the zygote found it."""

    EXITED = 0
    SIGNALLED = 1
    STAYED = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Death:
    """The end of an exercise's process.

    number: its exit code, or the signal.
    seconds: of processor time that it used.
    greedy: it was ended for the memory that it took.
    """

    how: How
    number: int = 0
    seconds: float = 0.0
    greedy: bool = False


class Bounds(Protocol):
    """What a process may use; see runner.Limits."""

    @property
    def seconds(self) -> float: ...

    @property
    def memory(self) -> int: ...


class Worker(Protocol):
    """What runs exercises, each in a lane.

    Launched, or where nothing forks, spawned.Spawned, or where there are no processes, beside.Beside.
    """

    @property
    def filtered(self) -> bool: ...

    def begin(self, lane: int, bounds: Bounds) -> Lane: ...

    def end(self, lane: int, gone: bool = False) -> Death: ...

    def close(self) -> None: ...


def not_started() -> MachineError:
    """What is said where the worker's first word does not come."""
    return MachineError("the worker process did not start", "try again; if it persists, see --sandbox")


class Launched:
    """A running worker with lanes for as many exercises as were asked for.

    subject: see worker_code.
    filtered: no code in it can end a process by a signal, once it has started.
    """

    filtered = False

    def __init__(self, cage: Cage, lanes: int, subject: tuple[str, ...]) -> None:
        # Asked before anything is open, as it may raise.
        inside, package = cage.inside, cage.package
        boot, self._control, self._status = os.pipe(), os.pipe(), os.pipe()
        # For each lane: requests to the child, then numbers and texts from it.
        pipes = [tuple(os.pipe() for _ in range(3)) for _ in range(lanes)]
        theirs = [boot[0], self._control[0], self._status[1]]
        for to, numbers, texts in pipes:
            theirs += [to[0], numbers[1], texts[1], os.open(os.devnull, os.O_RDWR)]
        self._lanes = [Lane(to[1], numbers[0], texts[0]) for to, numbers, texts in pipes]
        self._ready = False
        try:
            self._worker = cage.start(["-c", BOOT, ",".join(map(str, theirs))], theirs)
        except MachineError:
            for fd in (boot[1], self._control[1], self._status[0]):
                os.close(fd)
            for lane in self._lanes:
                lane.close()
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        with suppress(BrokenPipeError), open(boot[1], "wb") as pipe:
            told = (None if inside is None else astuple(inside)), package
            pipe.write(worker_code(subject) + marshal.dumps(told))

    def begin(self, lane: int, bounds: Bounds | None = None) -> Lane:  # noqa: ARG002 (it bounds itself)
        """Fork the lane's child; raises BrokenPipeError where the worker is gone.

        Raises MachineError where the worker has not even started.
        """
        self._await_start()
        os.write(self._control[1], bytes([ord("s"), lane]))
        return self._lanes[lane]

    def _await_start(self) -> None:
        if self._ready:
            return
        ready, _, _ = select.select([self._status[0]], [], [], START_SECONDS)
        said = os.read(self._status[0], 1) if ready else b""
        if not said:
            raise not_started()
        self._ready, self.filtered = True, said == FILTERED

    def end(self, lane: int, gone: bool = False) -> Death:
        """Kill the lane's child with all it started; how it had ended.

        gone: it has closed its pipe, as ending does; so it is given a moment to have ended.
        """
        with suppress(BrokenPipeError):
            os.write(self._control[1], bytes([ord("g" if gone else "e"), lane]))
        ready, _, _ = select.select([self._status[0]], [], [], END_SECONDS)
        report = os.read(self._status[0], REPORT.size) if ready else b""
        if len(report) < REPORT.size:
            self._worker.kill()
            return Death(How.UNKNOWN)
        how, number, milliseconds = REPORT.unpack(report)
        return Death(How(how), number, milliseconds / 1000)

    def close(self) -> None:
        """End the worker and give back every descriptor."""
        os.close(self._control[1])
        # The end of the status pipe says that the zygote has killed what was left, and is gone.
        select.select([self._status[0]], [], [], END_SECONDS)
        self._worker.kill()
        os.close(self._status[0])
        for lane in self._lanes:
            lane.close()


OK, RAISED, MISFIT = 0, 1, 2
CHUNK = 1 << 16
TEXT_MOST = 1 << 16
# A worker that keeps to its protocol stays within these.
TEXT_LONGEST, LINES = 1_000, 8
TEXTS = 50
UNSAID = "something whose text did not arrive"
TROUBLE, COUNT = struct.Struct("<BH"), struct.Struct("<I")


class OutOfTurn(Exception):
    """The worker sent bytes that the protocol has no place for."""


class End(Enum):
    """Why an exchange ended."""

    ANSWERED = auto()
    CLOSED = auto()
    LATE = auto()


class Frames:
    """Reads frames from bytes as they come; see worker/wire.py for the form.

    nonce: what the answer begins and ends with.
    lengths: how many numbers each program observes; of one that is below zero, its opposite is the most.
    """

    def __init__(self, nonce: bytes, lengths: Sequence[int]) -> None:
        self.nonce = nonce
        self.lengths = lengths
        self.statuses: list[int] = []
        self.contents: list[tuple[float, ...] | int] = []
        self.begun = self.done = False
        self.buffer = b""

    def feed(self, data: bytes) -> None:
        """Take more bytes; raises OutOfTurn where they do not fit."""
        self.buffer += data
        at = self._skip_nonce(0) if not self.begun else 0
        self.begun = self.begun or at > 0
        while self.begun and len(self.contents) < len(self.lengths):
            size = self._frame(at)
            if not size:
                break
            at += size
        if self.begun and len(self.contents) == len(self.lengths) and not self.done:
            after = self._skip_nonce(at)
            self.done, at = after > at, after
        self.buffer = self.buffer[at:]
        if self.done and self.buffer:
            raise OutOfTurn

    def _skip_nonce(self, at: int) -> int:
        """The place after a nonce at this place, or the same place where it is not complete yet."""
        seen = self.buffer[at : at + len(self.nonce)]
        if not self.nonce.startswith(seen):
            raise OutOfTurn
        return at + len(seen) if seen == self.nonce else at

    def _frame(self, at: int) -> int:
        """Take the frame at this place and return its size, 0 where it is not complete yet."""
        if at >= len(self.buffer):
            return 0
        status, start = self.buffer[at], at + 1
        length = self.lengths[len(self.contents)]
        if status not in (OK, RAISED, MISFIT):
            raise OutOfTurn
        if status == OK and length < 0:
            if len(self.buffer) - start < COUNT.size:
                return 0
            (count,), start = COUNT.unpack_from(self.buffer, start), start + COUNT.size
            if count > -length:
                raise OutOfTurn
            length = count
        size = start - at + 8 * length if status == OK else TROUBLE.size
        if len(self.buffer) - at < size:
            return 0
        content: tuple[float, ...] | int
        if status == OK:
            content = struct.unpack_from(f"<{length}d", self.buffer, start)
        else:
            content = TROUBLE.unpack_from(self.buffer, at)[1]
        self.statuses.append(status)
        self.contents.append(content)
        return size


class Lane:
    """The parent's ends of one exercise's pipes: requests out, numbers in, texts in."""

    def __init__(self, requests: int, numbers: int, texts: int) -> None:
        self.requests, self.numbers, self.texts = requests, numbers, texts
        self.said = b""
        for fd in (requests, numbers, texts):
            os.set_blocking(fd, False)

    def close(self) -> None:
        for fd in (self.requests, self.numbers, self.texts):
            os.close(fd)

    def exchange(self, request: bytes, frames: Frames, deadline: float) -> End:
        """Send a request and read until the frames are done, the pipe closes or the clock passes deadline.

        Raises OutOfTurn. deadline is in the seconds of time.monotonic().
        """
        waiting = memoryview(request)
        self.said = b""  # texts are numbered anew in every request
        poll = select.poll()
        for fd, events in ((self.requests, select.POLLOUT), (self.numbers, select.POLLIN)):
            poll.register(fd, events)
        poll.register(self.texts, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            for fd, _ in poll.poll(left * 1000):
                if fd == self.requests:
                    waiting = waiting[self._write(waiting) :]
                    if not waiting:
                        poll.unregister(fd)
                elif fd == self.texts:
                    if not self._listen():
                        poll.unregister(fd)
                elif not (data := os.read(fd, CHUNK)):
                    return End.CLOSED
                else:
                    frames.feed(data)
            if frames.done:
                self._listen()
                return End.ANSWERED
        return End.LATE

    def _write(self, waiting: memoryview) -> int:
        try:
            return os.write(self.requests, waiting)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(waiting)  # nobody reads any more: what it has answered is still to come

    def _listen(self) -> bool:
        """Keep what is said, up to a limit; False when no more can come."""
        try:
            data = os.read(self.texts, CHUNK)
        except BlockingIOError:
            return True
        self.said += data[: TEXT_MOST - len(self.said)]
        return bool(data)

    def texts_said(self) -> list[tuple[str, ...]]:
        """The texts so far, in the order of their numbers, each as a few printable lines."""
        texts: list[tuple[str, ...]] = []
        at = 0
        while at + 2 <= len(self.said):
            (length,) = struct.unpack_from("<H", self.said, at)
            text = self.said[at + 2 : at + 2 + min(length, TEXT_LONGEST)]
            texts.append(tuple(map(printable, text.decode("utf-8", "replace").split("\n")[:LINES])))
            at += 2 + length
        return texts


def answers(frames: Frames, texts: Sequence[tuple[str, ...]]) -> list[Numbers | Misfit | Raised]:
    """The frames that are complete, with their texts."""
    return [_answer(*pair, texts) for pair in zip(frames.statuses, frames.contents, strict=True)]


def _answer(
    status: int, content: tuple[float, ...] | int, texts: Sequence[tuple[str, ...]]
) -> Numbers | Misfit | Raised:
    if isinstance(content, tuple):
        return Numbers(content)
    first, *rest = texts[content] if content < len(texts) else (UNSAID,)
    return Misfit(first) if status == MISFIT else Raised(first, tuple(rest))
