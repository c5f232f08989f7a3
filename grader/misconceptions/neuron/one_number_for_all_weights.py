"""One random number is drawn and every weight starts from it.

The weights are different Values, so outputs and gradients are right, but they all start from the
same number. Look at the weights of a new neuron with several inputs: weights that start equal treat
all inputs alike, and the randomness was there to prevent that.

Hint: neuron: level 1, the idea
Seen by: weights_start_random
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        start = random.uniform(-1, 1)
        self.w = [Value(start) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
