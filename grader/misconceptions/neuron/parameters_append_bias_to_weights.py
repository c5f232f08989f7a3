"""parameters() appends the bias to the list of weights itself.

The list returned is the neuron's own list of weights, not another one. So after a call of
parameters() the bias counts as a weight, and after the next it is in there twice. Ask for the
parameters twice and count.

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
        self.w.append(self.b)
        return self.w
