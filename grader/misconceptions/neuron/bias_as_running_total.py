"""The bias itself is used as the running total and overwritten.

The first call gives the right output, but it costs you the bias: afterwards b is a node of that
call's graph, with the whole sum as its data. The second call starts from there. Call the neuron
twice, or look at b after a call.

Hint: Graph
Seen by: every_parameter_has_an_effect
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
        for w, x_i in zip(self.w, x):
            self.b = self.b + w * x_i
        return self.b.relu() if self.nonlin else self.b

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
