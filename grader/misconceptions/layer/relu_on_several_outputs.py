"""Several outputs go through relu once more, also in a linear layer.

The neurons know themselves whether they use relu. Your layer applies it again, which changes
nothing where it was applied already, but a layer with nonlin=False loses what is negative. With one
output this does not happen; take two.

Hint: layer: level 1, the idea
Seen by: outputs_are_those_of_its_neurons
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
        return outs[0] if len(outs) == 1 else [out.relu() for out in outs]

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
