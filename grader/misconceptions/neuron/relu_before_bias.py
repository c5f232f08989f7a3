"""relu comes before the bias is added.

The bias shifts where the neuron switches on, so it has to be part of what relu looks at. Here it is
added afterwards: the output can become negative, and the bias gets a gradient even where the neuron
is switched off. A bias of 0, or a large positive sum, hides it.

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
        total = sum(w * x_i for w, x_i in zip(self.w, x))
        if self.nonlin:
            total = total.relu()
        return total + self.b

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
