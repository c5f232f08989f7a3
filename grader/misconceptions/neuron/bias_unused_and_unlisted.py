"""The bias is neither added to the sum nor listed in parameters().

The bias exists, but nothing reads it: the output does not depend on it, and training does not know
of it. Every bias but 0 shows the first, and counting the parameters shows the second: there is one
too few.

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
        total = sum(w * x_i for w, x_i in zip(self.w, x))
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return list(self.w)
