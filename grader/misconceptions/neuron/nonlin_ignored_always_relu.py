"""relu is applied always, also when nonlin is False.

A neuron made with nonlin=False is to give the sum as it is, negative or not. Yours turns every
negative sum into 0. With a positive sum the two look the same; take inputs whose sum is negative.

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
        return total.relu()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
