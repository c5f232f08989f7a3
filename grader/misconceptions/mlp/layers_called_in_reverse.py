"""The call goes through the layers from the last to the first.

Going backwards is right for gradients; the values go forwards, from the inputs on. As a rule the
last layer has another number of inputs than x, and the call fails. If all sizes are equal you get
numbers, but wrong ones.

Hint: Forward pass
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
        for layer in reversed(self.layers):
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
