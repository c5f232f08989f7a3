"""parameters() appends lists after the first neuron's parameters.

append puts the whole list in as one entry, so what you return starts with the first neuron's Values
and goes on with lists. With one neuron this is right by chance; with two, zero_grad() fails at the
first list.

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
        params = self.neurons[0].parameters()
        for neuron in self.neurons[1:]:
            params.append(neuron.parameters())
        return params
