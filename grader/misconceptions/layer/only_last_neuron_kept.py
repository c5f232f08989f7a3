"""Each new neuron replaces the list, so only the last one is left.

The loop makes nout neurons, but in each round it starts a new list and forgets the old one. In the
end the layer has one neuron and one output, whatever nout says. With nout = 1 this is right by
chance.

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
        for _ in range(nout):
            self.neurons = [Neuron(nin, nonlin)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
