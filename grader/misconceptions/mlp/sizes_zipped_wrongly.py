"""After the first layer, each layer's own width is taken for its number of inputs.

The two lists you zip are shifted against each other: where a layer should find the width of the one
before it, it finds its own. If all widths are equal it is right by chance. MLP(2, [3, 1]) shows it:
its last neuron has one weight for three inputs.

Hint: mlp: level 2, the mathematics
Seen by: parameters_are_those_of_every_layer
"""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        ins = [nin, *nouts[1:]]
        last = len(nouts) - 1
        self.layers = [Layer(a, b, nonlin=i != last) for i, (a, b) in enumerate(zip(ins, nouts))]

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
