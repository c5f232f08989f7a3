"""Two nested loops multiply every weight with every input.

Each weight belongs to one input, its own. Here each of them meets all inputs, so n inputs give n
times n products, and all weights get the same gradient. With one input there is only one product
and nothing to see; take two.

Hint: neuron: level 2, the mathematics
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
        total = self.b
        for w in self.w:
            for x_i in x:
                total = total + w * x_i
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
