"""A submission as the grader sees it: something that turns programs into observations."""

from __future__ import annotations

import marshal
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from grader.errors import MachineError
from grader.machine.processes import forks
from grader.model import Ended, Observation, Overtime
from grader.sandbox.beside import Beside, NoProcesses
from grader.sandbox.cage import Cage
from grader.sandbox.launch import Death, End, Frames, How, Lane, Launched, OutOfTurn, Worker, answers
from grader.sandbox.spawned import Spawned
from grader.subject import Packed, Program, pack

MIB = 1 << 20
NONCE = 8
NOTHING = marshal.dumps([])  # no programs
WAITING = 2.0  # seconds, for a process that has nothing to do
TRIES = 3
# How a process ends that finds its pipe closed; the worker's zygote has the same number.
FOUND_CLOSED = How.EXITED, 121
# The signals that code brings upon itself, by computing or by its own timers. Any other comes from outside:
# the filter refuses to send one.
OWN_DOING = frozenset(
    getattr(signal, f"SIG{name}", None)
    for name in ("ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "PIPE", "ALRM", "VTALRM", "PROF", "XFSZ")
)
# Where a system does not have them, nothing is ended by them.
BY_FILTER, OUT_OF_TIME = getattr(signal, "SIGSYS", -1), getattr(signal, "SIGXCPU", -1)
# By so much a machine may be busy with other things before code that computes is cut off.
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exercise may use.

    seconds: of processor time, for the whole exercise.
    patience: how many times as long the clock may run: code that waits is ended, and code on a busy
        machine is not.
    memory: bytes of address space.
    """

    seconds: float = 10.0
    patience: float = PATIENCE
    memory: int = 512 * MIB


@dataclass(slots=True)
class Clock:
    """How many seconds an exercise has left, however many processes it takes."""

    left: float

    @classmethod
    def of(cls, limits: Limits) -> Clock:
        return cls(limits.seconds * limits.patience)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is assembled from.

    modules: the name of each module of the package, with the student's source as text and the
        reference's as code.
    needed: the definitions the engine has, in order: the module, what it defines, and the attribute
        that this becomes, or nothing for a class.
    reading: the package whose modules are sent besides, where the code is to be read; see Subject.read.
    folder: where the student's files lie, if their code may say that it comes from there.
    """

    modules: Mapping[str, str | CodeType]
    needed: tuple[tuple[str, str, str], ...]
    reading: str = field(default="", kw_only=True)
    folder: str = field(default="", kw_only=True)

    def head(self) -> dict[str, Any]:
        """As a worker is told."""
        head = {"parts": dict(self.modules), "needed": list(self.needed), "folder": self.folder}
        return head | {"reading": sent(self.reading)} if self.reading else head


@cache
def sent(package: str) -> dict[str, bytes]:
    """A package's modules as they are sent to a worker: by name, as marshal, without their docstrings.

    package: in grader/, with points. They are compiled under names in angle brackets that no student's file
    can have.
    """
    folder = Path(__file__).parents[1].joinpath(*package.split("."))
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}
    return {
        name: marshal.dumps(compile(text, f"<{package}.{name}>", "exec", optimize=2))
        for name, text in texts.items()
    }


class Runner:
    """Runs the exercises of one submission, each in a process of its own.

    subject: the modules that understand the programs, see launch.worker_code.
    """

    def __init__(self, cage: Cage, limits: Limits, lanes: int, subject: tuple[str, ...]) -> None:
        self._cage = cage
        self._limits = limits
        self._lanes = lanes
        self._subject = subject
        self._worker: Worker | None = None
        self._used = 0

    @contextmanager
    def attempt(
        self, parts: Parts, clock: Clock | None = None, limits: Limits | None = None
    ) -> Iterator[Session]:
        """A fresh process that loads the parts; it ends with the block.

        clock: of an exercise that takes several processes; a whole one where nothing is said.
        limits: others than the runner's own.
        """
        limits = limits or self._limits
        session = Session(self._begin, parts, limits, clock or Clock.of(limits))
        try:
            yield session
        finally:
            session.close()

    def _begin(self, limits: Limits) -> Running:
        """A process in a lane nobody has used; of a new worker if the last one is used up or was killed."""
        if self._worker is not None and self._used < self._lanes:
            with suppress(BrokenPipeError):
                return self._next(self._worker, limits)
        try:
            return self._next(self.start(), limits)
        except BrokenPipeError:
            what = "the worker process ended as soon as it had started"
            raise MachineError(what, "run the same again") from None

    def _next(self, worker: Worker, limits: Limits) -> Running:
        number, self._used = self._used, self._used + 1
        return Running(worker, number, worker.begin(number, limits))

    def start(self) -> Worker:
        """Have a new worker up, also before anything is asked; raises MachineError where there is none."""
        self.close()
        self._used = 0
        if isinstance(self._cage, NoProcesses):
            self._worker = Beside(self._cage, self._subject)
        else:
            self._worker = (Launched if forks() else Spawned)(self._cage, self._lanes, self._subject)
        return self._worker

    def close(self) -> None:
        """End the worker with everything in it."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


@dataclass(frozen=True, slots=True)
class Running:
    """An exercise's process: its worker, and its lane there."""

    worker: Worker
    number: int
    lane: Lane

    def end(self, gone: bool = False) -> Death:
        """End it; see Launched.end."""
        return self.worker.end(self.number, gone)


class EndedFromOutside(Exception):
    """Somebody else has ended a process: the kernel for want of memory, or a person."""


class Session:
    """One exercise's process. After its first death or timeout it answers nothing more.

    A process that somebody else ends is begun anew: that is no doing of the code's.
    """

    def __init__(
        self, begin: Callable[[Limits], Running], parts: Parts, limits: Limits, clock: Clock
    ) -> None:
        self._begin = begin
        self._limits = limits
        self._parts: dict[str, Any] = {
            **parts.head(),
            "memory": limits.memory,
            "seconds": limits.seconds,
            "patience": limits.patience,
        }
        self._clock = clock
        self._start()
        self.over: Ended | Overtime | None = None

    def _start(self) -> None:
        self._process = self._begin(self._limits)
        self._head = self._parts

    def close(self) -> None:
        """End the process, if it has not ended."""
        if not self.over:
            self._process.end()

    def observe(self, request: Request) -> list[Observation]:
        """What each program gave, in order; raises MachineError where that cannot be found out here."""
        if self.over:
            return [self.over] * len(request.lengths)
        left = self._clock.left
        for _ in range(TRIES):
            try:
                return self._observed(request)
            except EndedFromOutside:
                self._clock.left = left
                self._start()
        raise MachineError(
            f"a process that runs a submission was ended from outside, {TRIES} times in a row",
            "look for what ends processes here (too little memory?), then run the same again",
        )

    def _observed(self, request: Request) -> list[Observation]:
        """Ask the process that there is; raises EndedFromOutside."""
        nonce = secrets.token_bytes(NONCE)
        frames = Frames(nonce, request.lengths)
        message = _blob({**self._head, "nonce": nonce}) + _sized(request.packed)
        self._head = {}
        lane, started = self._process.lane, time.monotonic()
        try:
            end = lane.exchange(message, frames, started + self._clock.left)
        except OutOfTurn:
            return self._out_of_turn(request)
        finally:
            self._clock.left -= time.monotonic() - started
        done: list[Observation] = [*answers(frames, lane.texts_said())]
        if end is End.ANSWERED:
            return done if self._waits() else self._out_of_turn(request)
        death = self._process.end(gone=end is End.CLOSED)
        return self._stop(self._why(death) if end is End.CLOSED else self._late(), done, request)

    def _waits(self) -> bool:
        """Whether the process is found waiting for its next request, having said nothing but the last answer.

        What it wrote after that answer may come with it or later, and must not be told in two ways.
        """
        nonce = secrets.token_bytes(NONCE)
        message = _blob({"nonce": nonce}) + _sized(NOTHING)
        with suppress(OutOfTurn):
            # One that has ended, or that does not answer, is told so if it is asked for anything more.
            self._process.lane.exchange(message, Frames(nonce, ()), time.monotonic() + WAITING)
            return True
        return False

    def _out_of_turn(self, request: Request) -> list[Observation]:
        self._process.end()
        why = Ended("its process wrote where only the grader's protocol may", busy=True)
        return self._stop(why, [], request)

    def _late(self) -> Overtime:
        return Overtime(self._limits.seconds, busy=True)

    def _why(self, death: Death) -> Ended | Overtime:
        """What an end is told as; raises EndedFromOutside where it is no doing of the code's."""
        how, number, filtered = death.how, death.number, self._process.worker.filtered
        if death.greedy:
            return Ended(f"its process took more than {self._limits.memory // MIB} MiB of memory", busy=True)
        # The filter ends whoever closes the pipe; without one it is found closed, or the process stays.
        by_filter = how is How.SIGNALLED and number == BY_FILTER
        closed = by_filter if filtered else how is How.STAYED or (how, number) == FOUND_CLOSED
        if closed:
            return Ended("its process closed the grader's pipe", busy=True)
        if how is How.EXITED:
            reason = f"its process ended with exit code {number}, as exit() or os._exit() does"
            return Ended(reason, busy=True, code=number)
        if number == OUT_OF_TIME:
            return self._late()
        if how is How.SIGNALLED and number in OWN_DOING:
            return _by_signal(number)
        # Whoever ignores the signal that the time is up is killed a second later.
        if death.seconds >= self._limits.seconds:
            return self._late()
        if filtered:
            raise EndedFromOutside
        if how is How.UNKNOWN:
            return Ended("its process was killed from inside", busy=True)
        return _by_signal(number)

    def _stop(self, why: Ended | Overtime, done: list[Observation], request: Request) -> list[Observation]:
        """Remember that it is over; all that is missing gets the reason, the first of them as busy."""
        self.over = replace(why, busy=False)
        done = done[: len(request.lengths) - 1]  # all frames without the closing nonce are one too many
        missing = len(request.lengths) - len(done) - 1
        return [*done, why, *[self.over] * missing]


def _by_signal(number: int) -> Ended:
    names = {int(known): known.name for known in signal.Signals}
    name = names.get(number, f"signal {number}")
    return Ended(f"its process was ended by {name}", busy=True, signal=name)


def _blob(thing: dict[str, Any]) -> bytes:
    return _sized(marshal.dumps(thing))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


@dataclass(frozen=True, slots=True)
class Request:
    """Programs packed once, however many submissions they go to.

    packed: the programs as marshal.
    lengths: how many numbers each observes; below zero where that is the most, see subject.Program.
    """

    packed: bytes
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, programs: Sequence[Program]) -> Request:
        return cls(marshal.dumps([pack(p) for p in programs]), tuple(p.length for p in programs))

    def programs(self) -> list[Packed]:
        """The programs, as they were packed."""
        programs: list[Packed] = marshal.loads(self.packed)
        return programs
