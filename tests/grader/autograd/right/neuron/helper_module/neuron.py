"""The weighted sum is a function in a helper module of the student's own."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value
from .weighted import weighted_sum


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = weighted_sum(self.w, x, self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
