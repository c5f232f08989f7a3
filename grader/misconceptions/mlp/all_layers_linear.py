"""All layers are linear, so the whole network is.

Without relu between them, layers merge into one: however many there are, f(x) + f(-x) is always 2
f(0), a straight line. With one layer that is right. Two layers and a hidden neuron with a negative
sum show it.

Hint: mlp: level 1, the idea
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
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=False) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
