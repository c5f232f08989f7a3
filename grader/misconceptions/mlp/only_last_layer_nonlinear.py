"""relu is used in the last layer only, instead of everywhere else.

The condition has the right layer in view and the wrong answer for it: the hidden layers come out
linear, the output is cut off at 0. Any network with a negative sum somewhere shows it, even one of
a single layer.

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
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i == last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
