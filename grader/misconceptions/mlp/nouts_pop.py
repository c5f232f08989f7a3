"""The last width is taken out of the caller's own list nouts.

pop removes the width from the list itself, and that list is the caller's: it is shorter afterwards,
and a second network made from it lacks a layer. With one layer nothing is left in the list, and
there it fails at once. Look at the list after making a network.

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
        nout = nouts.pop()
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1]) for i in range(len(nouts))]
        self.layers.append(Layer(nouts[-1], nout, nonlin=False))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
