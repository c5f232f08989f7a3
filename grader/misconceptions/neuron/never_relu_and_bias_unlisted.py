"""relu is never applied, and the bias is missing from parameters().

Two things come together here. A negative sum comes out negative even with nonlin=True, and
parameters() gives one Value too few, so the bias is never trained. Take them one after the other.

Hint: neuron: level 1, the idea
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
        return sum((w * x_i for w, x_i in zip(self.w, x)), self.b)

    def parameters(self) -> list[Value]:
        return self.w
