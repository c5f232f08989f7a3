"""The output is a new Value around max(0, sum), without operands.

The number is right, but the new Value does not know the sum it came from. So backward() ends there,
and weights, bias and inputs keep the gradient 0. It shows on any input with a positive sum; with
nonlin=False all is well.

Hint: Graph
Seen by: gradients_of_weights_bias_and_inputs
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
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return Value(max(0.0, total.data)) if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
