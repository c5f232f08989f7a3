"""The weights belong to the class and are made once, for all neurons.

What is stored in the class exists once, and all neurons look at it. The first neuron looks right;
the second one finds weights already there and takes them over, whatever its own number of inputs.
Make two neurons and compare their weights.

Hint: neuron: level 1, the idea
Seen by: gradients_of_weights_bias_and_inputs
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    w: list[Value] = []

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        if not Neuron.w:
            Neuron.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
