"""The neurons get one weight more than there are inputs.

Perhaps you made room for the bias; but a neuron brings its bias along and does not need a weight
for it. So every neuron has a weight for an input that never comes. The count of weights shows it,
and the call fails as the lengths differ.

Hint: layer: level 2, the mathematics
Seen by: parameters_are_those_of_every_neuron
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin + 1, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
