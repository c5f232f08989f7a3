"""Two half circles of points that no straight line tells apart, and the network that will."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from grader.program import Shape

SHAPE = Shape("MLP", (2, 16, 16, 1))
POINTS, NOISE = 100, 0.1
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learnt, and where learning starts.

    points: in the plane.
    labels: -1 for the upper moon, 1 for the lower.
    parameters: of SHAPE, layer by layer, neuron by neuron, the weights and then the bias.
    """

    points: tuple[Point, ...]
    labels: tuple[int, ...]
    parameters: tuple[float, ...]


def task(seed: int) -> Task:
    """The points and the first parameters, the same for the same seed."""
    source = random.Random(seed)
    half = POINTS // 2
    angles = [math.pi * place / (half - 1) for place in range(half)]
    # The formula of scikit-learn's make_moons: a half circle, and another that reaches into it.
    upper = [(math.cos(angle), math.sin(angle)) for angle in angles]
    lower = [(1 - math.cos(angle), 0.5 - math.sin(angle)) for angle in angles]
    points = tuple((x + source.gauss(0, NOISE), y + source.gauss(0, NOISE)) for x, y in (*upper, *lower))
    return Task(points, (-1,) * half + (1,) * half, _parameters(source))


def _parameters(source: random.Random) -> tuple[float, ...]:
    """Weights between -1 and 1, and biases of zero."""
    neurons = [nin for nin, nout in SHAPE.widths for _ in range(nout)]
    return tuple(number for nin in neurons for number in (*_weights(source, nin), 0.0))


def _weights(source: random.Random, count: int) -> list[float]:
    return [source.uniform(-1, 1) for _ in range(count)]


def accuracy(scores: tuple[float, ...], labels: tuple[int, ...]) -> float:
    """The part of the points, from 0 to 1, whose score has the label's sign; a score of NaN has none."""
    right = sum(score * label > 0 for score, label in zip(scores, labels, strict=True))
    return right / len(labels)
