"""parameters() returns the names of the attributes instead of the Values.

The names tell a reader where the parameters are, but training needs the Values themselves. A string
has neither data nor grad, so zero_grad() raises an AttributeError, and the count is wrong as well.

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

    def parameters(self) -> list[str]:
        return list(vars(self))
