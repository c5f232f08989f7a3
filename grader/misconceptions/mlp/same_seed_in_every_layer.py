"""The random generator is seeded again before every layer.

A fixed seed makes the same random numbers come out again, and here it is set for each layer. So the
first neurons of all layers start with the same weights, as far as their numbers of inputs agree,
and two new networks are copies. Compare the weights of the layers in MLP(3, [3, 3]).

Hint: mlp: level 1, the idea
Seen by: layers_are_different
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = []
        for i in range(len(nouts)):
            random.seed(1337)
            self.layers.append(Layer(sizes[i], sizes[i + 1], nonlin=i != last))

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
