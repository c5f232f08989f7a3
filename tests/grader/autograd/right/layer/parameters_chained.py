"""parameters() chains the neurons' lists by itertools."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> Iterator[Value]:
        return itertools.chain.from_iterable(neuron.parameters() for neuron in self.neurons)
