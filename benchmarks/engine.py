"""Measures a training step on the two moons: python benchmarks/engine.py [--rounds N] [--steps N].

The reference engine stands beside micrograd's, written anew from its published description (an engine of
scalars whose nodes keep their operands in a set and a closure for the way back, and are sorted by recursion;
a demo that trains 2-16-16-1 with relu on a hundred points of two moons by the max-margin loss with a little
L2, a hundred steps from a rate of 1.0 to 0.1). Both run the same loop on the same points from the same
parameters, each in a fresh process, in turns; figures are processor time, medians over all steps but the
first. Then the demo as `grader demo` runs it, PyTorch, and a chain of a million additions. Fails where the
losses are not the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import process_time
from typing import Any

from figures import CPU, Section

from grader.alone import engine
from grader.autograd.commands import SEED
from grader.autograd.moons import DECAY, SHAPE, Engine, Task, mixed, task
from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.course.course import here
from grader.model import Numbers
from grader.sandbox.cages import choose
from grader.sandbox.runner import MIB, Limits, Request, Runner
from grader.submission.submission import Submission

WANTED, ALIKE = 1.5, 1e-9
LINKS = 1_000_000
ROOM = Limits(seconds=60.0, patience=3.0, memory=2048 * MIB)  # the chain alone takes some 600 MiB


class Scalar:
    """micrograd's Value, as published: no more than the demo needs."""

    def __init__(self, data: float, operands: Sequence[Scalar] = (), op: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self._backward: Callable[[], None] = lambda: None
        self._prev = set(operands)
        self._op = op

    def __add__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        total = Scalar(self.data + other.data, (self, other), "+")

        def back() -> None:
            self.grad += total.grad
            other.grad += total.grad

        total._backward = back
        return total

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        product = Scalar(self.data * other.data, (self, other), "*")

        def back() -> None:
            self.grad += other.data * product.grad
            other.grad += self.data * product.grad

        product._backward = back
        return product

    def relu(self) -> Scalar:
        kept = Scalar(0 if self.data < 0 else self.data, (self,), "relu")

        def back() -> None:
            self.grad += (kept.data > 0) * kept.grad

        kept._backward = back
        return kept

    def backward(self) -> None:
        order: list[Scalar] = []
        seen = set()

        def visit(node: Scalar) -> None:
            if node not in seen:
                seen.add(node)
                for operand in node._prev:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            node._backward()

    def __radd__(self, other: float) -> Scalar:
        return self + other

    def __rmul__(self, other: float) -> Scalar:
        return self * other


class ScalarNeuron:
    """micrograd's Neuron."""

    def __init__(self, nin: int, nonlin: bool) -> None:
        self.w = [Scalar(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Scalar(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Scalar]) -> Scalar:
        out = sum((wi * xi for wi, xi in zip(self.w, x, strict=False)), self.b)
        return out.relu() if self.nonlin else out

    def parameters(self) -> list[Scalar]:
        return [*self.w, self.b]


class ScalarLayer:
    """micrograd's Layer."""

    def __init__(self, nin: int, nout: int, nonlin: bool) -> None:
        self.neurons = [ScalarNeuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Scalar]) -> Any:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Scalar]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class ScalarMLP:
    """micrograd's MLP."""

    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [
            ScalarLayer(sizes[i], sizes[i + 1], nonlin=i < len(nouts) - 1) for i in range(len(nouts))
        ]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Scalar]:
        return [p for layer in self.layers for p in layer.parameters()]

    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0


def rate(number: int) -> float:
    """Of a step; the first is 0."""
    return 1.0 - 0.9 * number / 100


def steps_of(value: Any, mlp: Any, given: Task, steps: int) -> Iterator[float]:
    """The demo of micrograd: the loss of each step, whichever engine it runs on."""
    model = mlp(SHAPE.sizes[0], list(SHAPE.sizes[1:]))
    for p, number in zip(model.parameters(), given.parameters, strict=True):
        p.data = number
    for number in range(steps):
        inputs = [list(map(value, point)) for point in given.points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(given.labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + DECAY * sum(p * p for p in model.parameters())
        right = [(score.data > 0) == (label > 0) for label, score in zip(given.labels, scores, strict=True)]
        assert 0 <= sum(right) <= len(right)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate(number) * p.grad
        yield total.data


def loop(name: str, steps: int) -> None:
    """Run one engine's loop in this process and print its losses and times as JSON."""
    if name == "micrograd":
        value, mlp = Scalar, ScalarMLP
    else:
        own = engine("together", here().root / "solutions")
        value, mlp = own.Value, own.MLP
    print(json.dumps(timed(steps_of(value, mlp, task(SEED), steps))))


def timed(run: Iterator[float]) -> tuple[list[float], list[float]]:
    """The losses, and what each step took."""
    losses, times = [], []
    before = process_time()
    for loss in run:
        times.append(process_time() - before)
        losses.append(loss)
        if not gc.isenabled():
            gc.collect()  # between the steps, where it is not counted
        before = process_time()
    return losses, times


def in_fresh_process(name: str, steps: int, collector: bool) -> tuple[list[float], list[float]]:
    """What loop() prints, run in a Python of its own."""
    command = [sys.executable, __file__, "--loop", name, "--steps", str(steps)]
    done = subprocess.run(
        [*command, *([] if collector else ["--no-collector"])], check=True, stdout=subprocess.PIPE, text=True
    )
    losses, times = json.loads(done.stdout)
    return losses, times


def as_the_demo(steps: int) -> tuple[list[float], list[float]]:
    """The demo's steps in its worker; the time is that of all its processes with their start, shared out."""
    course, given, before = here(), task(SEED), children()
    running = Engine(choose("auto"), mixed(course, Submission("reference", {}, {}), ()))
    losses, parameters = [], given.parameters
    for number in range(steps):
        stepped = running.step(given, parameters, rate(number))
        losses.append(stepped.loss)
        parameters = stepped.parameters
    running.close()
    return losses, [(children() - before) / steps] * steps


def in_torch(steps: int) -> tuple[list[float], list[float]]:
    """The same run in PyTorch, on one processor, all points at once."""
    from grader.autograd.moons import Beside

    beside = Beside(task(SEED))
    return timed(beside.step(rate(number)) for number in range(steps))


def children() -> float:
    """Seconds of processor time of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def chain() -> tuple[float, float]:
    """A million additions forward and back in a worker: seconds, and the most MiB a child has held."""
    course, before = here(), children()
    runner = Runner(choose("auto"), ROOM, 1, SUBJECT.worker)
    with runner.attempt(mixed(course, Submission("reference", {}, {}), ())) as attempt:
        (seen,) = attempt.observe(Request.of([Chain(LINKS)]))
    runner.close()
    if seen != Numbers((LINKS + 1.0, LINKS + 1.0)):
        sys.exit(f"engine: a chain of {LINKS:,} additions gave {seen}")
    return children() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


Contestant = Callable[[int], tuple[list[float], list[float]]]
CONTESTANTS: dict[str, Contestant] = {
    "micrograd's engine and loop": lambda steps: in_fresh_process("micrograd", steps, True),
    "reference, the same loop": lambda steps: in_fresh_process("reference", steps, True),
    "micrograd's, collecting not counted": lambda steps: in_fresh_process("micrograd", steps, False),
    "reference, collecting not counted": lambda steps: in_fresh_process("reference", steps, False),
    "reference, as grader demo runs it": as_the_demo,
    "PyTorch": in_torch,
}


def main() -> None:
    """Measure in turns and print the table and the ratios."""
    parser = argparse.ArgumentParser(description="Measure a training step on the two moons.")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--steps", type=int, default=4, metavar="N", help="in each round (default: 4)")
    parser.add_argument("--loop", choices=("micrograd", "reference"), help=argparse.SUPPRESS)
    parser.add_argument("--no-collector", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.rounds < 1 or asked.steps < 2:
        parser.error("--rounds needs at least 1, --steps at least 2")
    if asked.no_collector:
        gc.disable()
    if asked.loop:
        loop(asked.loop, asked.steps)
        return
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    expected: list[float] = []
    for turn in range(asked.rounds):
        for name, contestant in CONTESTANTS.items():
            print(f"round {turn + 1} of {asked.rounds}: {name}", file=sys.stderr, flush=True)
            losses, taken = contestant(asked.steps)
            expected = expected or losses
            if any(abs(a - b) > ALIKE * abs(b) for a, b in zip(losses, expected, strict=True)):
                sys.exit(f"engine: {name} has other losses: {losses}, not {expected}")
            times[name] += taken[1:]
    show({name: median(taken) for name, taken in times.items()}, asked.rounds * (asked.steps - 1))


def show(seconds: dict[str, float], steps: int) -> None:
    """Print what a step took, and what is watched."""
    section = Section(
        "A training step",
        f"Two moons, 100 points, 2-16-16-1, the same losses; processor time, median of {steps} steps.",
    )
    for name, taken in seconds.items():
        section.add(name, 1000 * taken, "ms", digits=1)
    theirs, ours, theirs_bare, ours_bare, demo, torch = seconds.values()
    section.add("micrograd's demo / grader demo", theirs / demo, least=WANTED)
    section.add("micrograd's engine / reference, all else equal", theirs / ours)
    section.add("the same without the garbage collector's part", theirs_bare / ours_bare)
    note = "it multiplies matrices, all points at once"
    section.add("grader demo / PyTorch", demo / torch, digits=0, note=note)
    taken, held = chain()
    section.add(
        f"a chain of {LINKS:,} additions, forward and back", taken, CPU, digits=1, note=f"{held:.0f} MiB"
    )
    section.keep()


if __name__ == "__main__":
    main()
