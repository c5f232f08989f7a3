"""Each layer's numbers of inputs and outputs are swapped.

Every layer is made for as many inputs as it should have outputs. If all sizes are equal that is
right by chance. With MLP(2, [3, 1]) the first layer has two neurons of three weights, and the
inputs do not fit.

Hint: mlp: level 2, the mathematics
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
        self.layers = [Layer(sizes[i + 1], sizes[i], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
