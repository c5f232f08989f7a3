"""Every call sets the network's gradients to zero.

Output and gradients of a single call are right. But gradients are to add up until somebody asks for
a reset, and a new call is not such a request: after two rounds of call and backward(), what the
first one added is gone.

Hint: Accumulation
Seen by: called_several_times
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
        self.zero_grad()
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
