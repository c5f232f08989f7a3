"""Every layer is made for nin inputs and reads x, side by side.

Each layer has nin inputs and is given the network's own, so they stand beside each other and not
one behind the other. Only the last one's output is returned, and all others get the gradient 0.
With one layer this is right by chance.

Hint: mlp: level 1, the idea
Seen by: parameters_are_those_of_every_layer
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        last = len(nouts) - 1
        self.layers = [Layer(nin, nout, nonlin=i != last) for i, nout in enumerate(nouts)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
