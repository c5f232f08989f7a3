"""parameters() lists the bias once for each weight.

The bias comes along with every weight, so with n inputs it is listed n times. A training step would
move it n times as far as it should. With one input this is right by chance; count the parameters
with two.

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
        params = []
        for w in self.w:
            params.append(w)
            params.append(self.b)
        return params
