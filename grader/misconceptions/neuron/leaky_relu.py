"""A negative sum is scaled down instead of set to zero.

This is another activation, one that leaks a little where the sum is negative. relu does not: a
negative sum gives exactly 0, and no gradient goes through. Any input with a negative sum shows the
difference.

Hint: neuron: level 2, the mathematics
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
        if self.nonlin and total.data < 0:
            return total * 0.01
        return total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
