"""All layers are linear, and only the last one's parameters are listed.

Two things come together here. Without relu the layers merge into one straight line, and training
would change only the last of them. A network of two layers with a negative hidden sum shows the
first, and counting its parameters the second.

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
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=False) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return self.layers[-1].parameters()
