"""Each product replaces the one before it, so only the last input counts.

The loop visits all inputs, but each round starts over instead of adding to what is already there.
Only the last product survives, and the other weights get the gradient 0. With one input this is
right by chance.

Hint: neuron: level 3, almost code
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
        for w, x_i in zip(self.w, x):
            total = w * x_i + self.b
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
