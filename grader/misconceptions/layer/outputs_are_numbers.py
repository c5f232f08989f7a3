"""The outputs are the neurons' .data, plain numbers.

The numbers are right, but a number does not remember where it came from. There is no backward() to
call on it, and in a network nothing before this layer could learn. It shows on any input.

Hint: Graph
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
        outs = [neuron(x).data for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
