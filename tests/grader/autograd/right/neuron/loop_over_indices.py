"""The sum is a loop over indices, starting from the bias."""

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
        total = self.b
        for i in range(len(self.w)):
            total = total + self.w[i] * x[i]
        if self.nonlin:
            return total.relu()
        return total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
