"""The neuron cannot be told about nonlin: __init__ takes nin only.

Many published versions have neurons with one activation for all, so this is easily carried over.
Here a neuron is made with two arguments, and some of them are to stay linear. Making one with
nonlin raises a TypeError before any input is seen.

Hint: neuron: level 1, the idea
Seen by: linear_output_is_the_weighted_sum
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
