"""The last two layers are linear instead of the last one.

The layers are counted from 0, and your condition ends one too early: the layer before the last
loses its relu. With one layer there is no difference. With two or more, a negative sum in the last
hidden layer shows it.

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
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i < last - 1) for i in range(len(nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
