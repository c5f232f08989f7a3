"""nin is inserted in the caller's own list nouts.

The network is right, but the list you were given is still the caller's, and it now begins with nin.
Whoever makes a second network from it gets one layer too many. Look at the list after making a
network.

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
        nouts.insert(0, nin)
        last = len(nouts) - 2
        self.layers = [Layer(nouts[i], nouts[i + 1], nonlin=i != last) for i in range(len(nouts) - 1)]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
