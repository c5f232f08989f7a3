"""The neurons are kept in a generator that is empty after the first loop.

A generator can be walked through once. The first loop over the neurons finds them all, the second
one finds nothing: after a call there are no parameters, or after parameters() no outputs. It cannot
be indexed either.

Hint: layer: level 1, the idea
Seen by: parameters_are_those_of_every_neuron
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = (Neuron(nin, nonlin) for _ in range(nout))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
