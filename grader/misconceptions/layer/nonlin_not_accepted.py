"""The layer cannot be told about nonlin: __init__ takes nin and nout only.

Many published versions have the same activation everywhere, so this is easily carried over. Here
the last layer of a network has to be linear, and only the one who makes the layer knows which it
is. Making one with nonlin raises a TypeError before any input is seen.

Hint: layer: level 1, the idea
Seen by: outputs_are_those_of_its_neurons
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int) -> None:
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
