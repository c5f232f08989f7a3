"""parameters() adds to the same list each time it is called.

The first call is right. But the list belongs to the network and is never emptied, so the second
call lists everything twice, the third one three times, and training takes ever larger steps. Ask
for the parameters twice and count.

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
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]
        self.params: list[Value] = []

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        for layer in self.layers:
            self.params += layer.parameters()
        return self.params
