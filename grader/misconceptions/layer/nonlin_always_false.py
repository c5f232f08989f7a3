"""All neurons are made linear, whatever nonlin says.

The neurons are told a fixed answer instead of the one the layer was given. With nonlin=True
negative outputs stay negative and let the gradient through. Inputs that make all outputs positive
hide it.

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
        self.neurons = [Neuron(nin, False) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
