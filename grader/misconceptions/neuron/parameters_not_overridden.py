"""parameters() is missing, so Module's answer stands: no parameters at all.

Module gives an empty list to every class that does not say otherwise, and Neuron does not: the
method has another name here. So training finds nothing to change and zero_grad() resets nothing. No
error is raised; count the parameters.

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
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def params(self) -> list[Value]:
        return [*self.w, self.b]
