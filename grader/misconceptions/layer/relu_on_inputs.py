"""relu is applied to the inputs before the neurons see them.

relu belongs behind a neuron's sum, and the neurons see to that themselves. Here negative inputs
become 0 before any weight meets them, and their gradients too. Inputs that are all positive hide
it, and a plain number has no relu.

Hint: layer: level 2, the mathematics
Seen by: every_parameter_has_an_effect
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
        x = [x_i.relu() for x_i in x]
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
