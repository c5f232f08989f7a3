"""Every call sets the neuron's gradients to zero.

Output and gradients of a single call are right. But gradients are to add up until somebody asks for
a reset, and a new call is not such a request: after two rounds of call and backward(), what the
first one added is gone.

Hint: Accumulation
Seen by: called_several_times
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
        self.zero_grad()
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
