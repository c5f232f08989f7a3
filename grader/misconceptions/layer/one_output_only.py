"""Only one output comes back, however many neurons there are.

A layer gives as many outputs as it has neurons. Look at what happens to them one after the other: a
return inside the loop ends the call at the first one, a variable set anew in each round keeps the
last, and a sum makes one number of all. With one neuron each of these is right by chance; take two.

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
        for neuron in self.neurons:
            return neuron(x)

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
