"""Each neuron reads the output of the one before it.

The neurons of a layer stand side by side, not one behind the other: they all look at the same
inputs. Here the second gets a single number, the first one's output, and with more than one weight
it refuses it. With one output you cannot see it.

Hint: layer: level 1, the idea
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
            out = neuron(x)
            x = [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]
