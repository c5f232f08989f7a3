"""nonlin is not handed on, and parameters() is a list of lists.

Two things come together here. A layer with nonlin=False still turns negative outputs into 0, and
what parameters() gives is packed neuron by neuron, so zero_grad() fails. Take them one after the
other.

Hint: layer: level 1, the idea
Seen by: parameters_are_those_of_every_neuron
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [neuron.parameters() for neuron in self.neurons]
