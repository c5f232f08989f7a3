"""The hidden layers and the last one are made apart."""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        *hidden, nout = nouts
        sizes = [nin, *hidden]
        self.layers = [Layer(a, b) for a, b in zip(sizes, hidden)]
        self.layers.append(Layer(sizes[-1], nout, nonlin=False))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
