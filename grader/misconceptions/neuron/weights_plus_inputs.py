"""Weights and inputs are added instead of multiplied.

A weight is to say how much its input counts, and adding cannot do that: every input then counts the
same, whatever its weight. All gradients of weights and inputs come out as 1 where the neuron is on.
Try an input of 0: its weight should not matter there.

Hint: neuron: level 2, the mathematics
Seen by: gradients_of_weights_bias_and_inputs
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
        total = sum((w + x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
