"""The layers are made in a loop that remembers the size before."""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        self.layers = []
        size = nin
        for i, nout in enumerate(nouts):
            is_last = i == len(nouts) - 1
            self.layers.append(Layer(size, nout, nonlin=not is_last))
            size = nout

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
