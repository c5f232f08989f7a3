"""The call leaves out the first layer.

All layers are made and listed, but the inputs go straight to the second one. Unless the first layer
gives as many numbers as it takes, they do not fit there. The first layer's weights get the gradient
0, and with one layer x comes back as it is.

Hint: mlp: level 3, almost code
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
        out = x
        for layer in self.layers[1:]:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
