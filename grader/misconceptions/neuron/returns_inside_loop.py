"""The return stands inside the loop, so only the first input counts.

A return ends the whole call, loop and all, so the first round is the last one. Check how far it is
indented: inputs after the first never reach the sum, and their gradients are 0. With one input this
is right by chance.

Hint: neuron: level 3, almost code
Seen by: output_goes_through_relu
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
        total = self.b
        for w, x_i in zip(self.w, x):
            total = total + w * x_i
            return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
