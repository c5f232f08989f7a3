"""nin is appended to the caller's own list nouts, at its end.

The sizes now begin with the first width and end with nin, so the first layer has the wrong number
of inputs and the last one the wrong number of outputs. And the list you append to is the caller's:
it is longer afterwards. If all sizes are equal, only the list shows it.

Hint: mlp: level 2, the mathematics
Seen by: parameters_are_those_of_every_layer
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        nouts.append(nin)
        last = len(nouts) - 2
        self.layers = [Layer(nouts[i], nouts[i + 1], nonlin=i != last) for i in range(len(nouts) - 1)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
