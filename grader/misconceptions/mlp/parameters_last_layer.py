"""parameters() returns those of the last layer only.

Outputs and gradients are right, but in each round of the loop the list is replaced, so only the
last layer's parameters are left. The hidden layers would never learn. With one layer this is right
by chance.

Hint: mlp: level 3, almost code
Seen by: parameters_are_those_of_every_layer
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        for layer in self.layers:
            params = layer.parameters()
        return params
