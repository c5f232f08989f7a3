"""Each layer's inputs are added to its outputs where the widths agree.

That is a residual connection: a good idea in very deep networks, but not what is asked for here.
Wherever a layer has as many outputs as inputs its result is off by just those inputs. MLP(2, [3,
1]) hides it, as no widths agree; MLP(2, [2]) shows it.

Hint: mlp: level 2, the mathematics
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
            outs = out if isinstance(out, list) else [out]
            if len(outs) == len(x):
                outs = [o + x_i for o, x_i in zip(outs, x)]
            x = outs
        return x[0] if len(x) == 1 else x

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]
