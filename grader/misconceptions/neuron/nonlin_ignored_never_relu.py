"""relu is never applied, even when nonlin is True.

The sum is right, but it is returned as it is, whatever nonlin says. As long as the sum is positive
nobody notices; where it is negative, a neuron with nonlin=True gives a negative output and lets the
gradient through.

Hint: neuron: level 1, the idea
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
        return sum((w * x_i for w, x_i in zip(self.w, x)), self.b)

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
