"""All neurons append their weights to one list, made once as a default argument.

Python makes a default value once, when the function is defined, and not anew for each call; a list
in the class body is no different. The first neuron looks right, but with the second the list holds
the weights of both, and parameters() counts too many. Make two neurons and count.

Hint: neuron: level 1, the idea
Seen by: linear_output_is_the_weighted_sum
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True, w: list[Value] = []) -> None:
        self.w = w
        for _ in range(nin):
            self.w.append(Value(random.uniform(-1, 1)))
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
