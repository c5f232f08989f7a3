"""The sum is computed on .data, so the output has no operands.

Plain numbers give the right output, but they leave no trace of how it came about. The Value you
return has no operands, so backward() stops at once and all gradients stay 0, on any input. And an
input that is a plain number has no data to read.

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
        total = Value(sum(w.data * x_i.data for w, x_i in zip(self.w, x)) + self.b.data)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]
