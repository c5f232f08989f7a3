"""A super().__init__() call, extra attributes and a zero_grad of its own."""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        super().__init__()
        self.sizes = (nin, *nouts)
        self.layers = []
        for i in range(len(nouts)):
            self.layers.append(Layer(self.sizes[i], self.sizes[i + 1], nonlin=i + 1 < len(nouts)))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]

    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0

    def __repr__(self) -> str:
        return " -> ".join(str(size) for size in self.sizes)
