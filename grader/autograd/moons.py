"""Two moons: the task, the network of one's own parts that learns it, and PyTorch's beside it."""

from __future__ import annotations

import marshal
import math
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from fractions import Fraction
from statistics import median
from time import perf_counter
from typing import ClassVar, assert_never

from grader.autograd.program import Shape
from grader.autograd.subject import SUBJECT
from grader.course.course import TOGETHER, Course
from grader.course.properties import declared_in
from grader.errors import UsageError
from grader.examine.examining import Examiner
from grader.examine.setting import Setting, parts
from grader.model import Ended, Exercise, Misfit, Numbers, Observation, Overtime, Raised, Result, Verdict
from grader.printable import invoked
from grader.report.scoring import exercise_status
from grader.report.words import in_words
from grader.sandbox.cage import Cage
from grader.sandbox.runner import MIB, Limits, Parts, Request, Runner
from grader.subject import Packed
from grader.submission.submission import Submission

SHAPE = Shape("MLP", (2, 16, 16, 1))
DECAY = 1e-4
# For one step, which takes a good engine a fifth of a second.
LIMITS = Limits(seconds=60.0, memory=1024 * MIB)
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

    limits: of every request. steps: those that were taken before.
    """

    def __init__(self, cage: Cage, parts: Parts, limits: Limits = LIMITS, steps: int = 0) -> None:
        self._student = Runner(cage, limits, LANES, SUBJECT.worker)
        self._parts = parts
        self._steps = steps

    def step(self, task: Task, parameters: tuple[float, ...], rate: float) -> Stepped:
        """One step over all of the task's points."""
        self._steps += 1
        rates = (rate,)
        loss, *rest = self._seen(Descent(task.shape, parameters, task.points, task.labels, rates, DECAY, ()))
        return Stepped(loss, tuple(rest[: len(task.points)]), tuple(rest[len(task.points) :]))

    def scores(
        self, parameters: tuple[float, ...], points: Sequence[Point], shape: Shape = SHAPE
    ) -> tuple[float, ...]:
        """What the network gives for each point."""
        found: list[float] = []
        for at in range(0, len(points), PIECE):
            piece = tuple(points[at : at + PIECE])
            found += self._seen(Descent(shape, parameters, (), (), (), DECAY, piece))[: len(piece)]
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


_NEXT = f"your parts pass one by one; see how they get on together: {invoked('grade')}"
_SLOW = "a step makes some 80,000 nodes; does backward() look at each of them only once?"


POINTS, NOISE = 100, 0.1
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learnt, and where learning starts.

    points: in the plane.
    labels: -1 for the upper moon, 1 for the lower.
    parameters: of the network of that shape, layer by layer, neuron by neuron, the weights and then the bias.
    """

    points: tuple[Point, ...]
    labels: tuple[int, ...]
    parameters: tuple[float, ...]
    shape: Shape = SHAPE


def task(seed: int, shape: Shape = SHAPE, count: int = POINTS) -> Task:
    """So many points and the first parameters, the same for the same seed."""
    source = random.Random(seed)
    half = count // 2
    angles = [math.pi * place / (half - 1) for place in range(half)]
    # The formula of scikit-learn's make_moons: a half circle, and another that reaches into it.
    upper = [(math.cos(angle), math.sin(angle)) for angle in angles]
    lower = [(1 - math.cos(angle), 0.5 - math.sin(angle)) for angle in angles]
    points = tuple((x + source.gauss(0, NOISE), y + source.gauss(0, NOISE)) for x, y in (*upper, *lower))
    return Task(points, (-1,) * half + (1,) * half, _parameters(source, shape), shape)


def _parameters(source: random.Random, shape: Shape) -> tuple[float, ...]:
    """Weights between -1 and 1, and biases of zero."""
    neurons = [nin for nin, nout in shape.widths for _ in range(nout)]
    return tuple(n for nin in neurons for n in (*(source.uniform(-1, 1) for _ in range(nin)), 0.0))


def accuracy(scores: tuple[float, ...], labels: tuple[int, ...]) -> float:
    """The part of the points, from 0 to 1, whose score has the label's sign; a score of NaN has none."""
    right = sum(score * label > 0 for score, label in zip(scores, labels, strict=True))
    return right / len(labels)


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


# Draws what the engine has learnt after so many steps.
Draw = Callable[[Engine, Run], None]


def train(engine: Engine, task: Task, run: Run, steps: int, draw: Draw | None) -> Iterator[Step]:
    """Take the steps, pictures before the first and after every few; each step as it is done.

    Raises UsageError where the engine does not get through. Whatever is done by then is in run.
    """
    beside = Beside(task)
    Beside(task).step(1.0)  # the first step of all sets PyTorch up; it is not counted
    every = max(1, steps // PICTURES)
    for number in range(steps):
        if draw is not None and number % every == 0:
            draw(engine, run)
        # As micrograd's demo has it: large steps first, small ones in the end.
        yield _step(engine, task, run, beside, 1 - 0.9 * number / steps)
    if draw is not None:
        draw(engine, run)


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


@dataclass(frozen=True, slots=True)
class Assembled:
    """An engine, and whose work it is.

    own: the exercises whose part is the student's.
    missing: the others, each with its status in a word.
    """

    own: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    parts: Parts

    @property
    def owner(self) -> str:
        return "yours" if self.own else "the reference"


def assembled(setting: Setting, submission: Submission) -> Assembled:
    """Grade every exercise and put together what passed and the reference for what did not."""
    examiner = Examiner(setting, submission)
    try:
        words = {e.name: _status(examiner, e) for e in setting.course.exercises}
    finally:
        examiner.close()
    own = tuple(name for name, word in words.items() if word == "passed")
    missing = tuple((name, word) for name, word in words.items() if word != "passed")
    return Assembled(own, missing, mixed(setting.course, submission, own))


def _status(examiner: Examiner, exercise: Exercise) -> str:
    properties = declared_in(examiner.setting.course.properties(exercise.name))
    verdicts = (Verdict(p.claim, examiner.outcome(exercise, properties, p)) for p in properties)
    return exercise_status(Result(exercise, tuple(verdicts)))


def mixed(course: Course, submission: Submission, own: tuple[str, ...]) -> Parts:
    """The named parts from the submission, with its helper modules; every other from the reference."""
    missing = [name for name in course.names if name not in own]
    sources = {**dict.fromkeys(missing, ""), **submission.sources}
    # Whether they have a last mark is the author's choice; that all parts are one's own is the demo's.
    whole = parts(course, sources, course.together or Exercise(TOGETHER, "", Fraction(0), (), own=True))
    return Parts({**whole.modules, **{name: course.reference[name] for name in missing}}, whole.needed)


class Beside:
    """The same network from the same parameters in float64, on one processor, all points at once.

    PyTorch is imported only now: one's own network does without.
    """

    def __init__(self, task: Task) -> None:
        from grader.autograd.oracle import Network  # noqa: I001 (before torch, whose import it keeps quiet)
        import torch

        torch.set_num_threads(1)
        self._points = torch.tensor(task.points, dtype=torch.float64)
        self._labels = torch.tensor(task.labels, dtype=torch.float64)
        self._network = Network(task.shape, task.parameters)

    def step(self, rate: float) -> float:
        """Take one step and return the loss before it."""
        parameters = self._network.parameters
        scores = self._network(self._points)[:, 0]
        import torch

        hinge = torch.relu(1 - self._labels * scores).mean()
        loss = hinge + DECAY * torch.stack([(p**2).sum() for p in parameters]).sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._network.descend(rate)
        return loss.item()
