"""parameters() returns one list per neuron instead of one flat list.

All parameters are there, but packed: the list has one entry per neuron, and each entry is a list
again. A list has no grad, so zero_grad() and training fail on any layer. Count what parameters()
gives.

Hint: layer: level 3, almost code
Seen by: parameters_are_those_of_every_neuron
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
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [neuron.parameters() for neuron in self.neurons]
