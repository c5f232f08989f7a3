"""parameters() builds the list but does not return it.

The list is right, but it is dropped when the function ends, and the caller gets None. extend works
in place, too, and gives nothing back. Calling zero_grad() raises a TypeError on any neuron.

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
        params = [self.b]
        params.extend(self.w)
