"""Between layers the outputs are wrapped in new Values.

The output is right, but a new Value made from a number does not know where it came from. So the
gradient reaches the last layer and ends there: all earlier weights and the inputs get 0. With one
layer you cannot see it.

Hint: Graph
Seen by: gradients_of_every_parameter_and_input
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
            outs = out if isinstance(out, list) else [out]
            x = [Value(o.data) for o in outs]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
