"""The random generator is seeded again for every neuron.

A fixed seed makes the same random numbers come out again, and here it is set each time a neuron is
made. So all neurons start with the same weights and would learn the same thing. One neuron alone
does not show it; compare the weights of two.

Hint: neuron: level 1, the idea
Seen by: weights_start_random
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        random.seed(42)
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
