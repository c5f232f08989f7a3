"""The sum is multiplied by the bias instead of shifted by it.

A bias moves the sum up or down by a fixed amount. As a factor it does something else: a bias of 0,
with which a new neuron may start, makes every output 0 and lets no gradient through to the weights.
A bias of 1 is wrong too, only less visibly.

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
        total = sum(w * x_i for w, x_i in zip(self.w, x)) * self.b
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
