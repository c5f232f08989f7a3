"""relu comes before the bias, which is also missing from parameters().

Two things come together here. The bias is added after relu, so the output can be negative, and
parameters() gives one Value too few. In both places the bias is treated as something outside the
neuron; it is part of it.

Hint: neuron: level 2, the mathematics
Seen by: parameters_are_the_weights_and_the_bias
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
        total = sum(w * x_i for w, x_i in zip(self.w, x))
        if self.nonlin:
            total = total.relu()
        return total + self.b

    def parameters(self) -> list[Value]:
        return self.w
