"""The outputs of all layers are returned, not only those of the last.

You collect what every layer gives, and the caller gets the hidden layers' outputs, too. Those are
steps on the way and stay inside the network. It shows on any input: the answer is a list of lists.

Hint: mlp: level 1, the idea
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
        outs = []
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
            outs.append(x)
        return outs

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
