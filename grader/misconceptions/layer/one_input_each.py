"""Each neuron has one weight and reads one input only.

You pair the first neuron with the first input, the second with the second, and so on. But every
output may depend on every input, so each neuron has to see them all. With one input and one output
this is right by chance; count the weights of a neuron with two inputs.

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
        self.neurons = [Neuron(1, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron([x_i]) for neuron, x_i in zip(self.neurons, x)]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
