"""The return stands inside the loop, so only the first layer is used.

A return ends the whole call, loop and all, so the second layer never gets its turn and its weights
get the gradient 0. Check how far the return is indented. With one layer this is right by chance.

Hint: mlp: level 3, almost code
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
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
            return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
