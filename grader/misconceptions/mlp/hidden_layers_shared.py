"""One and the same Layer is used for all hidden layers.

The list of layers repeats one object. Its weights are counted and trained several times, and unless
all hidden widths equal nin its inputs do not fit. With up to two layers there is nothing to repeat;
take three.

Hint: mlp: level 1, the idea
Seen by: hidden_layers_go_through_relu
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        hidden = [Layer(nin, nouts[0])] * (len(nouts) - 1)
        self.layers = [*hidden, Layer(sizes[-2], sizes[-1], nonlin=False)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
