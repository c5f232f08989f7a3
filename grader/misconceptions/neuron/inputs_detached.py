"""Only the inputs' .data enters the products, so no gradient reaches the inputs.

The output and the gradients of the weights are right, but the inputs are not part of the graph:
their gradients stay 0. Inside a network a neuron's inputs are the outputs of others, and those
would learn nothing. An input that is a plain number has no data at all.

Hint: Graph
Seen by: gradients_of_weights_bias_and_inputs
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
        total = sum((w * x_i.data for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
