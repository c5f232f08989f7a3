"""Only one output comes back, however many the last layer has.

One output comes back bare, but several are to come back all. Yours gives a single number always:
look whether it takes one item of the list, or adds the items up. With one output this is right by
chance; MLP(2, [2]) shows it.

Hint: mlp: level 3, almost code
Seen by: last_layer_is_linear
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
            x = out if isinstance(out, list) else [out]
        return x[0]

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
