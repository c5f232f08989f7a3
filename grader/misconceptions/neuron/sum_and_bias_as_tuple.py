"""A misplaced parenthesis makes a tuple of the sum and the bias.

Look closely at where the call of sum ends. The comma stands outside it, and a comma outside makes a
tuple: a pair of the sum and the bias, which are never added. With nonlin the pair has no relu, and
without it the pair itself is returned, on any input.

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
        total = sum(w * x_i for w, x_i in zip(self.w, x)), self.b
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
