"""parameters() returns those of the last neuron only.

Outputs and gradients are right, but in each round of the loop the list is replaced, so only the
last neuron's parameters are left. Training would not touch the others. With one neuron this is
right by chance.

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
        for neuron in self.neurons:
            params = neuron.parameters()
        return params
