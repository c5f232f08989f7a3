"""The loop over the sizes reads one position past the end.

Each layer needs a size and the one after it, so there is one layer fewer than there are sizes. Your
loop runs over all of them, and the last one has no successor: an IndexError as soon as a network is
made.

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
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(sizes))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
