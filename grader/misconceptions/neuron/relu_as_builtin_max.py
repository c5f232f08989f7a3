"""Python's max is applied to the sum instead of relu.

max has to compare the sum with 0, and a Value cannot be compared with a number: a TypeError on any
input with nonlin. Even if it could, max would leave no node in the graph. You have built something
for this in exercise 4.

Hint: Graph
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
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return max(0, total) if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
