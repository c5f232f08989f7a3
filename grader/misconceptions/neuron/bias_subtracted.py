"""The bias is subtracted from the sum.

As a threshold this would make sense, and some books write it so. Here the bias has the other sign:
the output moves away from what is expected by twice the bias, and its gradient has the wrong sign.
A bias of 0 hides it in the output, but not in the gradient.

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
        total = sum(w * x_i for w, x_i in zip(self.w, x)) - self.b
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
