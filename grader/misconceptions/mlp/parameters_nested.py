"""parameters() returns one list per layer instead of one flat list.

All parameters are there, but packed: the list has one entry per layer, and each entry is a list
again. A list has no grad, so zero_grad() and training fail on any network. Count what parameters()
gives.

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
        return [layer.parameters() for layer in self.layers]
