"""The bias is made but never added to the sum.

You made the bias and listed it among the parameters, but the output does not depend on it. Every
bias but 0 shows it: the output is off by exactly the bias, and the bias's gradient stays 0, so
training can never move it.

Hint: neuron: level 2, the mathematics
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
        total = sum(w * x_i for w, x_i in zip(self.w, x))
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
