"""The last layer is never made.

The loop over the widths ends one too early. So the network stops at its last hidden layer and
returns what that one gives, after relu. MLP(2, [3, 1]) gives three outputs, and a network of one
layer has none.

Hint: mlp: level 3, almost code
Seen by: parameters_are_those_of_every_layer
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1]) for i in range(len(nouts) - 1)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
