"""The outputs come back in reverse order.

All outputs are right, but each new one is put in front of those before it, so the last neuron's
comes first. With one output, or equal ones, you cannot see it. Two neurons with different biases
show it.

Hint: layer: level 3, almost code
Seen by: gradients_of_parameters_and_inputs
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs: list[Value] = []
        for neuron in self.neurons:
            outs.insert(0, neuron(x))
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
