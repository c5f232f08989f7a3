"""The layers are kept in a generator that is empty after the first loop.

A generator can be walked through once. The first loop over the layers finds them all, the second
one finds nothing: after a call there are no parameters, or after parameters() no output. It cannot
be indexed either.

Hint: mlp: level 1, the idea
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
        last = len(nouts) - 1
        self.layers = (Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts)))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
