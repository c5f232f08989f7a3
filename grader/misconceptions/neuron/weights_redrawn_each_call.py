"""Every call draws new random weights.

A weight is what the neuron has learned, so it has to last from one call to the next. Here each call
throws the weights away and draws others: the same input gives a different output every time, and
training has nothing to hold on to.

Hint: neuron: level 1, the idea
Seen by: linear_output_is_the_weighted_sum
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        self.w = [Value(random.uniform(-1, 1)) for _ in x]
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
