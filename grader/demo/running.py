"""The run itself: the student's engine and PyTorch take turns, step by step, and somebody watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Protocol

from grader.demo.beside import Beside
from grader.demo.descent import Engine
from grader.demo.moons import Task, accuracy

FIRST = 10  # steps in which the losses are held against each other
ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One step of both, as it was before its update.

    loss, accuracy, seconds: the engine's. torch_loss, torch_seconds: PyTorch's.
    """

    number: int
    loss: float
    accuracy: float
    seconds: float
    torch_loss: float
    torch_seconds: float

    @property
    def difference(self) -> float:
        """Between the losses, relative to PyTorch's."""
        return abs(self.loss - self.torch_loss) / abs(self.torch_loss)


@dataclass
class Run:
    """What has been done so far.

    parameters: after the last step.
    """

    parameters: tuple[float, ...]
    steps: list[Step] = field(default_factory=list)

    def largest_difference(self, first: int | None = None) -> float:
        """The largest relative difference between the losses, in all steps or the first ones."""
        return max(step.difference for step in self.steps[:first])

    @property
    def seconds(self) -> tuple[float, float]:
        """What a step took in the median: the engine, PyTorch."""
        return median(s.seconds for s in self.steps), median(s.torch_seconds for s in self.steps)


class Painter(Protocol):
    """Draws what the engine has learnt after so many steps."""

    def draw(self, engine: Engine, run: Run) -> None: ...


def train(engine: Engine, task: Task, run: Run, steps: int, painter: Painter | None) -> Iterator[Step]:
    """Take the steps, pictures before the first and after every few; each step as it is done.

    Raises UsageError where the engine does not get through. Whatever is done by then is in run.
    """
    beside = Beside(task)
    Beside(task).step(1.0)  # the first step of all sets PyTorch up; it is not counted
    every = max(1, steps // PICTURES)
    for number in range(steps):
        if painter is not None and number % every == 0:
            painter.draw(engine, run)
        # As micrograd's demo has it: large steps first, small ones in the end.
        yield _step(engine, task, run, beside, 1 - 0.9 * number / steps)
    if painter is not None:
        painter.draw(engine, run)


PICTURES = 10


def _step(engine: Engine, task: Task, run: Run, beside: Beside, rate: float) -> Step:
    started = perf_counter()
    stepped = engine.step(task, run.parameters, rate)
    between = perf_counter()
    torch_loss = beside.step(rate)
    done = perf_counter()
    right = accuracy(stepped.scores, task.labels)
    step = Step(len(run.steps) + 1, stepped.loss, right, between - started, torch_loss, done - between)
    run.parameters = stepped.parameters
    run.steps.append(step)
    return step
