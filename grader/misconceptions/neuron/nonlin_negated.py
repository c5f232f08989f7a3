"""relu is applied when nonlin is False, and left out when it is True.

The two cases are there, but the wrong way round. nonlin says that the neuron bends its output;
check which of your two branches does that. Any input with a negative sum shows it.

Hint: neuron: level 1, the idea
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
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total if self.nonlin else total.relu()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
