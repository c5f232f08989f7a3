"""With nonlin=False nothing is returned.

With nonlin all is right. Without it the call reaches the end of the function without meeting a
return, and then Python returns None. Follow both ways through your code to their ends; any input
shows it.

Hint: neuron: level 3, almost code
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
        if self.nonlin:
            return total.relu()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
