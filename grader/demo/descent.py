"""Training in pieces: one request a step, so that it can be watched, and the parameters go back and forth."""

from __future__ import annotations

import marshal
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar, assert_never

from grader.demo.moons import SHAPE, Point, Task
from grader.errors import UsageError
from grader.explaining import in_words
from grader.observation import Ended, Misfit, Numbers, Observation, Overtime, Raised
from grader.program import Packed, Shape
from grader.request import Request
from grader.sandbox.cage import Cage
from grader.student import MIB, Limits, Parts, Student

DECAY = 1e-4
# For one step, which takes a good engine a fifth of a second.
LIMITS = Limits(seconds=60.0, patience=3.0, memory=1024 * MIB)
LANES = 16  # each is three open files
PIECE = 250  # points; their graphs are in memory at the same time
PLACE = re.compile(r"\{(\d{1,6})\}")


@dataclass(frozen=True, slots=True)
class Descent:
    """Steps of gradient descent on the max-margin loss, and then the network's scores of some points.

    Each step: the mean of relu(1 - label * score) over all rows, plus decay times the sum of all squared
    parameters, is the loss; zero_grad(), backward(), and p.data -= rate * p.grad for each of parameters().
    rates: one a step; may be none.
    Observed: for each step the loss and the score of every row before it, then the score of every one
    of points, then every parameter.
    """

    tag: ClassVar[str] = "descent"
    shape: Shape
    parameters: tuple[float, ...]
    rows: tuple[Point, ...]
    labels: tuple[int, ...]
    rates: tuple[float, ...]
    decay: float
    points: tuple[Point, ...]

    @property
    def length(self) -> int:
        return len(self.rates) * (1 + len(self.rows)) + len(self.points) + len(self.parameters)

    def packed(self) -> Packed:
        """As the worker takes it."""
        return (self.tag, *astuple(self))


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step that was taken.

    loss, scores: before it.
    parameters: after it.
    """

    loss: float
    scores: tuple[float, ...]
    parameters: tuple[float, ...]


class Engine:
    """An engine made of the student's parts.

    Every request goes to a process of its own: a step leaves half a million objects behind, and to end
    with them is much quicker than to collect them.
    Its methods raise UsageError, with the step that was under way, where the code under test does not
    get through it.
    """

    def __init__(self, cage: Cage, parts: Parts) -> None:
        self._student = Student(cage, LIMITS, LANES)
        self._parts = parts
        self._steps = 0

    def step(self, task: Task, parameters: tuple[float, ...], rate: float) -> Stepped:
        """One step over all of the task's points."""
        self._steps += 1
        rates = (rate,)
        loss, *rest = self._seen(Descent(SHAPE, parameters, task.points, task.labels, rates, DECAY, ()))
        return Stepped(loss, tuple(rest[: len(task.points)]), tuple(rest[len(task.points) :]))

    def scores(self, parameters: tuple[float, ...], points: Sequence[Point]) -> tuple[float, ...]:
        """What the network gives for each point."""
        found: list[float] = []
        for at in range(0, len(points), PIECE):
            piece = tuple(points[at : at + PIECE])
            found += self._seen(Descent(SHAPE, parameters, (), (), (), DECAY, piece))[: len(piece)]
        return tuple(found)

    def _seen(self, asked: Descent) -> tuple[float, ...]:
        request = Request(marshal.dumps([asked.packed()]), (asked.length,))
        with self._student.attempt(self._parts) as attempt:
            (seen,) = attempt.observe(request)
        return self._numbers(seen)

    def _numbers(self, seen: Observation) -> tuple[float, ...]:
        where = f"training broke off in step {self._steps}"
        match seen:
            case Numbers(values):
                return values
            case Misfit(reason):
                reason = PLACE.sub("one of the numbers", reason)
                raise UsageError(f"{where}: {reason}", _NEXT)
            case Raised(error, frames):
                at = f" at {frames[-1]}" if frames else ""
                raise UsageError(f"{where}{at}: {error}", in_words(error) or _NEXT)
            case Ended(reason):
                raise UsageError(f"{where}: {reason}", _NEXT)
            case Overtime(limit):
                raise UsageError(f"{where}: it was not done after {limit:g} seconds", _SLOW)
            case _:
                assert_never(seen)

    def close(self) -> None:
        """End every process."""
        self._student.close()


_NEXT = "your parts pass one by one; see how they get on together: make grade"
_SLOW = "a step makes some 80,000 nodes; does backward() look at each of them only once?"
