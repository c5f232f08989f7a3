"""All weights start at zero.

With given weights the neuron computes the right thing, but a new one starts with nothing but zeros.
Then its output is 0 for every input, neurons side by side stay copies of one another, and behind a
relu no gradient ever arrives. Print the weights of a new neuron to see it.

Hint: neuron: level 1, the idea
Seen by: weights_start_random
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(0.0) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
