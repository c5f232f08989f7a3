"""Every call wraps the weights' numbers in new Values.

The output is right, because the numbers are. But the graph is built on copies made during the call,
and the gradient ends there: after backward() the gradients of the neuron's own weights are still 0,
on any input.

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
        weights = [Value(w.data) for w in self.w]
        total = sum((w * x_i for w, x_i in zip(weights, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
