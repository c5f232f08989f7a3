"""The outputs are wrapped in new Values, cut off from the neurons.

The numbers are right, but a new Value made from a number has no operands. So backward() ends at
once, and all weights, biases and inputs keep the gradient 0, on any input.

Hint: Graph
Seen by: single_output
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
        outs = [Value(neuron(x).data) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
