"""parameters() makes new Values with the same numbers.

The numbers are right, but they stand in new objects that the neuron does not use. Training changes
the copies, reads their gradients, which are 0, and the neuron stays as it was: the loss never
moves. Ask twice whether you get the same objects.

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

    def parameters(self) -> list[Value]:
        return [Value(p.data) for p in [*self.w, self.b]]
