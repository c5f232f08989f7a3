"""Every input is wrapped in a new Value, also one that is a Value already.

For plain numbers this works. An input that is a Value ends up inside another Value, so its data is
no longer a number: the sum cannot be compared with 0, and no gradient gets through to the input
itself.

Hint: Graph
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
        inputs = [Value(x_i) for x_i in x]
        total = sum((w * x_i for w, x_i in zip(self.w, inputs)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
