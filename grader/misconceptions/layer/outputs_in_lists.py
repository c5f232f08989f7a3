"""Each output comes back in a list of its own.

A layer gives as many numbers as it has neurons, in one list. Here every one of them is packed once
more, so what should be a Value is a list, without data and without backward(). It shows on any
input.

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
        outs = [[neuron(x)] for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
