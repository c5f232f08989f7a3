"""Every hidden layer gets the width of the first one.

The first hidden width is used for all of them. With up to two layers that is right, and with equal
widths, too. MLP(2, [4, 3, 1]) shows it: its second layer should have 3 neurons.

Hint: mlp: level 2, the mathematics
Seen by: hidden_layers_go_through_relu
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        width = nouts[0]
        sizes = [nin] + [width] * (len(nouts) - 1) + [nouts[-1]]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
