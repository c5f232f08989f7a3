"""relu is applied to each product instead of to the whole sum.

A neuron weighs its inputs against each other: a negative product may cancel a positive one. If each
product goes through relu alone, that is lost, and the bias can still make the output negative. Any
input with products of different signs shows it.

Hint: neuron: level 2, the mathematics
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
        products = [w * x_i for w, x_i in zip(self.w, x)]
        if self.nonlin:
            products = [product.relu() for product in products]
        return sum(products, self.b)

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
