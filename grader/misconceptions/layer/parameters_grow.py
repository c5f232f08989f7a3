"""parameters() adds to the same list each time it is called.

The first call is right. But the list belongs to the layer and is never emptied, so the second call
lists everything twice, the third one three times, and training takes ever larger steps. Ask for the
parameters twice and count.

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
        self.params: list[Value] = []

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        for neuron in self.neurons:
            self.params.extend(neuron.parameters())
        return self.params
