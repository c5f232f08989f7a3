"""The call is a functools.reduce over the layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        return reduce(lambda x, layer: layer(x if isinstance(x, list) else [x]), self.layers, list(x))

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
