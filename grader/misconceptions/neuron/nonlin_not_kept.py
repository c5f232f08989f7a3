"""nonlin is read in the call but was never stored in the neuron.

An argument of __init__ is gone when __init__ ends, unless the object keeps it. So the neuron can be
made, but the first call asks for something it does not have and raises an AttributeError, on any
input.

Hint: neuron: level 3, almost code
Seen by: linear_output_is_the_weighted_sum
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

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
