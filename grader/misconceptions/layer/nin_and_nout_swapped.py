"""nin and nout are swapped when the neurons are made.

The layer gets as many neurons as it should have inputs, and each has as many weights as there
should be outputs. If both numbers are equal all is right by chance. Take a layer of two inputs and
three outputs and count its neurons.

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
        self.neurons = [Neuron(nout, nonlin) for _ in range(nin)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
