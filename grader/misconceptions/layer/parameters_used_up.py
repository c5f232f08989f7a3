"""The parameters are kept as a chain that is empty after the first use.

itertools.chain gives its items once. You make it once, with the layer, so the first zero_grad() or
the first training step uses it up, and from then on parameters() gives nothing. Ask for the
parameters twice.

Hint: layer: level 1, the idea
Seen by: parameters_are_those_of_every_neuron
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]
        self.params = itertools.chain.from_iterable(neuron.parameters() for neuron in self.neurons)

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return self.params
