"""Several outputs come back as a tuple, and parameters() is one, too."""

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

    def __call__(self, x: Sequence[Value | Number]) -> tuple[Value, ...] | Value:
        for layer in self.layers:
            out = layer(x)
            x = tuple(out) if isinstance(out, list) else (out,)
        return x[0] if len(x) == 1 else x

    def parameters(self) -> tuple[Value, ...]:
        return tuple(p for layer in self.layers for p in layer.parameters())
