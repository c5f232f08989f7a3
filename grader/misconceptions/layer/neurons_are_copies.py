"""One neuron is made and copied, so all start with the same weights.

The neurons are different objects, so with given weights all is right. But they start as copies of
one: equal outputs, equal gradients, and so they stay equal through all of training. Compare the
weights of two neurons in a new layer.

Hint: layer: level 1, the idea
Seen by: neurons_are_different
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        neuron = Neuron(nin, nonlin)
        self.neurons = [copy.deepcopy(neuron) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
