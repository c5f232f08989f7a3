"""A layer is taken for the last one when it is as wide as the last one.

You find the last layer by its width, but a hidden layer may have the same width and then loses its
relu. As long as all widths differ from the last one it is right. MLP(2, [3, 3]) shows it.

Hint: mlp: level 3, almost code
Seen by: gradients_of_every_parameter_and_input
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [Layer(a, b, nonlin=b != nouts[-1]) for a, b in zip(sizes, sizes[1:])]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
