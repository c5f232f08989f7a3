"""parameters() adds the bias to a list, which Python cannot do.

A plus between two lists puts them together, but one of yours is a Value and no list. Python then
asks Value to do the adding, and it cannot add a list to a number: a TypeError each time
parameters() or zero_grad() is called.

Hint: neuron: level 3, almost code
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
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return self.w + self.b
