"""The neuron returns a plain float instead of a Value.

The number is right, but a float has no data, no gradient and no backward(), and the next layer
could not send anything back through it. It shows on any input when nonlin is True.

Hint: Graph
Seen by: output_goes_through_relu
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
        return max(0.0, total.data) if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
