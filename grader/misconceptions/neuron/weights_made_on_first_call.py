"""The weights are made at the first call, not when the neuron is made.

Until it is called for the first time this neuron has no weights: its list is empty, and
parameters() gives the bias alone. Anyone who sets or counts the weights of a new neuron finds
nothing. The number of inputs is known earlier than you use it.

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
        self.w: list[Value] = []
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        if not self.w:
            self.w = [Value(random.uniform(-1, 1)) for _ in x]
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
