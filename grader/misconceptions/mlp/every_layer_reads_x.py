"""Every layer reads the network's inputs instead of the layer before it.

The layers are made to fit one behind the other, but each is given the original x. So only the last
layer's answer counts, and as a rule the numbers of inputs do not even fit. If all widths equal nin
no error is raised, but the first layers get the gradient 0.

Hint: mlp: level 2, the mathematics
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
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
