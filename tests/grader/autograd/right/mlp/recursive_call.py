"""The call is recursive."""

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
        return self.run(self.layers, x)

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]

    def run(self, layers: Sequence[Layer], x: Sequence[Value | Number]) -> list[Value] | Value:
        out = layers[0](x)
        if len(layers) == 1:
            return out
        return self.run(layers[1:], out if isinstance(out, list) else [out])
