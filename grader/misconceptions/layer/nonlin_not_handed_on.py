"""nonlin is not handed on, so every neuron uses relu.

Your layer is told whether it should be linear, but its neurons never hear of it and keep to their
default. A layer with nonlin=False turns negative outputs into 0. Inputs that make all outputs
positive hide it.

Hint: layer: level 1, the idea
Seen by: single_output
"""

from __future__ import annotations

from collections.abc import Sequence

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
