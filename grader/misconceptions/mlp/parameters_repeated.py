"""parameters() lists a layer's parameters once for each of its neurons.

The inner loop goes over the neurons but takes the whole layer's parameters each time. A layer of n
neurons is then listed n times, and training moves it n times as far. Layers of one neuron hide it;
take two and count.

Hint: mlp: level 3, almost code
Seen by: every_parameter_has_an_effect
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
        return out

    def parameters(self) -> list[Value]:
        params = []
        for layer in self.layers:
            for _ in layer.neurons:
                params.extend(layer.parameters())
        return params
