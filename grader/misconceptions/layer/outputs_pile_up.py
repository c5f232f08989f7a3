"""Each output contains the outputs of the neurons before it.

A running total belongs inside a neuron, where the products are summed. Between the neurons of a
layer nothing is added: each gives an output of its own. The first output is right, the second
already holds the sum of two.

Hint: layer: level 2, the mathematics
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
        total = 0
        outs = []
        for neuron in self.neurons:
            total = total + neuron(x)
            outs.append(total)
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
