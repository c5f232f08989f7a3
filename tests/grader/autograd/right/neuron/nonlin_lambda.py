"""The activation is a lambda chosen in __init__."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.activation = (lambda v: v.relu()) if nonlin else (lambda v: v)

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        return self.activation(sum((w * x_i for w, x_i in zip(self.w, x)), self.b))

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
