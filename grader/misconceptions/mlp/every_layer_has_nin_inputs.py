"""Every layer is made for nin inputs.

Only the first layer reads the network's inputs; each other one reads the layer before it, and has
to be made for as many numbers as that gives. If all hidden widths equal nin it is right by chance.
MLP(2, [3, 1]) shows it.

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
        last = len(nouts) - 1
        self.layers = [Layer(nin, nout, nonlin=i != last) for i, nout in enumerate(nouts)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
