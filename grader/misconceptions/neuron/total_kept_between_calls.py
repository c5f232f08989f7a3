"""The running total belongs to the neuron and is never started afresh.

A call should depend on its own inputs alone. Your total lives in the neuron, so the second call
goes on where the first one stopped and adds the first one's products once more. The first call is
right; call the neuron twice.

Hint: Forward pass
Seen by: every_parameter_has_an_effect
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
        self.total = Value(0.0)

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        for w, x_i in zip(self.w, x):
            self.total = self.total + w * x_i
        out = self.total + self.b
        return out.relu() if self.nonlin else out

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
