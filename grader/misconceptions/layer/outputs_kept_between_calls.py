"""The outputs are collected in a list that is never emptied.

The list belongs to the layer, so each call adds to what the calls before it left there. The first
call is right; the second one returns its own outputs behind those of the first. Call the layer
twice and count.

Hint: Forward pass
Seen by: every_parameter_has_an_effect
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]
        self.outs: list[Value] = []

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for neuron in self.neurons:
            self.outs.append(neuron(x))
        return self.outs[0] if len(self.outs) == 1 else self.outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
