"""Weights and bias are uniform within 1/sqrt(nin), as in torch.nn.Linear."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        bound = nin**-0.5
        self.w = [Value(random.uniform(-bound, bound)) for _ in range(nin)]
        self.b = Value(random.uniform(-bound, bound))
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
