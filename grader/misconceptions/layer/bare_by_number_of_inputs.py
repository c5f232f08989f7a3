"""Whether the output comes back bare depends on the number of inputs.

A single output may come back without a list, but you look at the length of the input instead. A
layer with one input and three neurons returns just the first of three outputs. With more than one
input all outputs are there.

Hint: layer: level 3, almost code
Seen by: gradients_of_parameters_and_inputs
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
        return outs[0] if len(x) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
