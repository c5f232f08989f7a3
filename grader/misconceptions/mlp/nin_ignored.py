"""nin is not used: the first layer is made for as many inputs as it has outputs.

The list of sizes starts with the first width instead of with the number of inputs. If both are
equal it is right by chance; else the first layer cannot read x. MLP(2, [3, 1]) shows it: each
neuron of the first layer has three weights.

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
        size = nouts[0]
        last = len(nouts) - 1
        self.layers = []
        for i, nout in enumerate(nouts):
            self.layers.append(Layer(size, nout, nonlin=i != last))
            size = nout

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
