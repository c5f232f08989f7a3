"""The last neuron of the layer is made linear.

It is the last layer of a network that is linear, not the last neuron of each layer. Within one
layer all neurons are of the same kind. Inputs that make the last output negative show it, with
nonlin=True.

Hint: layer: level 1, the idea
Seen by: outputs_are_those_of_its_neurons
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin and i < nout - 1) for i in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
