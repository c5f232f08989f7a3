"""A submission as the grader sees it: something that turns programs into observations."""

from __future__ import annotations

import marshal
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from grader.launch import OUT_OF_TIME, Launched
from grader.observation import Ended, Observation, Overtime
from grader.pipes import End, Frames, Lane, OutOfTurn, answers
from grader.request import Request
from grader.sandbox.cage import Cage

MIB = 1 << 20
NONCE = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exercise may use.

    seconds: of processor time, for the whole exercise.
    patience: how many times as long the clock may run: code that waits is ended, and code on a busy
        machine is not.
    memory: bytes of address space.
    """

    seconds: float = 10.0
    patience: float = 1.0
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
    needed: the definitions the engine has, in order: the module, what it defines, and the attribute of
        Value that this becomes, or nothing for a class.
    """

    modules: Mapping[str, str | CodeType]
    needed: tuple[tuple[str, str, str], ...]

    def head(self) -> dict[str, Any]:
        """As a worker is told."""
        return {"parts": dict(self.modules), "needed": list(self.needed)}


class Student:
    """Runs the exercises of one submission, each in a process of its own under one worker."""

    def __init__(self, cage: Cage, limits: Limits, lanes: int) -> None:
        self._cage = cage
        self._limits = limits
        self._lanes = lanes
        self._worker: Launched | None = None
        self._used = 0

    @contextmanager
    def attempt(self, parts: Parts, clock: Clock | None = None) -> Iterator[Attempt]:
        """A fresh process that has loaded the parts; it ends with the block.

        clock: of an exercise that takes several processes; a whole one where nothing is said.
        """
        lane, number = self._begin()
        worker = self._worker
        assert worker is not None
        clock = clock or Clock.of(self._limits)
        attempt = Attempt(lane, parts, self._limits, clock, lambda: worker.end(number))
        try:
            yield attempt
        finally:
            if not attempt.over:
                worker.end(number)

    def _begin(self) -> tuple[Lane, int]:
        """A lane nobody has used; from a new worker if the last one is used up or was killed."""
        for _ in range(2):
            if self._worker is None or self._used == self._lanes:
                self.close()
                self._worker, self._used = Launched(self._cage, self._lanes), 0
            number, self._used = self._used, self._used + 1
            try:
                return self._worker.begin(number), number
            except BrokenPipeError:
                self._used = self._lanes
        raise AssertionError("a worker that has just started takes a command")

    def close(self) -> None:
        """End the worker with everything in it."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class Attempt:
    """One exercise's process. After its first death or timeout it answers nothing more."""

    def __init__(
        self, lane: Lane, parts: Parts, limits: Limits, clock: Clock, end: Callable[[], str]
    ) -> None:
        self._lane = lane
        self._limits = limits
        self._end = end
        self._head: dict[str, Any] = {
            **parts.head(),
            "memory": limits.memory,
            "seconds": limits.seconds,
            "patience": limits.patience,
        }
        self._clock = clock
        self.over: Ended | Overtime | None = None

    def observe(self, request: Request) -> list[Observation]:
        """What each program gave, in order."""
        if self.over:
            return [self.over] * len(request.lengths)
        nonce = secrets.token_bytes(NONCE)
        frames = Frames(nonce, request.lengths)
        message = _blob({**self._head, "nonce": nonce}) + _sized(request.packed)
        self._head = {}
        started = time.monotonic()
        try:
            end = self._lane.exchange(message, frames, started + self._clock.left)
        except OutOfTurn:
            self._end()
            return self._stop(
                Ended("its process wrote where only the grader's protocol may", busy=True), [], request
            )
        finally:
            self._clock.left -= time.monotonic() - started
        done: list[Observation] = [*answers(frames, self._lane.texts_said())]
        match end:
            case End.ANSWERED:
                return done
            case End.CLOSED if (how := self._end()) != OUT_OF_TIME:
                return self._stop(Ended(how, busy=True), done, request)
            case End.LATE:
                self._end()
        return self._stop(Overtime(self._limits.seconds, busy=True), done, request)

    def _stop(self, why: Ended | Overtime, done: list[Observation], request: Request) -> list[Observation]:
        """Remember that it is over; all that is missing gets the reason, the first of them as busy."""
        self.over = replace(why, busy=False)
        done = done[: len(request.lengths) - 1]  # all frames without the closing nonce are one too many
        missing = len(request.lengths) - len(done) - 1
        return [*done, why, *[self.over] * missing]


def _blob(thing: dict[str, Any]) -> bytes:
    return _sized(marshal.dumps(thing))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data
