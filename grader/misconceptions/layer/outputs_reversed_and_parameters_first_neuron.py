"""The outputs are reversed, and only the first neuron's parameters are listed.

Two things come together here. The last neuron's output comes first, and parameters() ends after the
first neuron, so training leaves the others as they are. A layer of two neurons shows both.

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
        outs = [neuron(x) for neuron in reversed(self.neurons)]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return self.neurons[0].parameters()
