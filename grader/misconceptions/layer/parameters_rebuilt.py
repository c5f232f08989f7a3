"""parameters() makes new Values with the same numbers.

The numbers are right, but they stand in new objects that no neuron uses. Training changes the
copies, reads their gradients, which are 0, and the layer stays as it was: the loss never moves. Ask
twice whether you get the same objects.

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
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [Value(p.data) for neuron in self.neurons for p in neuron.parameters()]
