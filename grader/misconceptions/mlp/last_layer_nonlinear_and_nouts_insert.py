"""The last layer uses relu, too, and nin is inserted in the caller's list.

Two things come together here. The network can give no negative number, because its last layer ends
with relu like all others, and the list of widths you were given is changed for the caller. Take
them one after the other.

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
        nouts.insert(0, nin)
        self.layers = [Layer(a, b) for a, b in zip(nouts, nouts[1:])]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
