"""relu is applied to the network's output by hand.

The last layer is linear as it should be, but then its output goes through relu after all: nothing
negative ever comes out. With several outputs there is a list at that place, and a list has no relu.

Hint: mlp: level 1, the idea
Seen by: last_layer_is_linear
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
        return out.relu()

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
