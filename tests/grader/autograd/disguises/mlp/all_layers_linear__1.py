"""Layers from a partial mapped over the sizes, and reduce for the call."""

from functools import partial, reduce

from .layer import Layer
from .module import Module

LinearLayer = partial(Layer, nonlin=False)


class MLP(Module):
    def __init__(self, nin, nouts):
        self.layers = list(map(LinearLayer, [nin] + list(nouts), nouts))

    def __call__(self, x):
        def step(signal, layer):
            return layer([signal] if hasattr(signal, "data") else signal)

        return reduce(step, self.layers, x)

    def parameters(self):
        return [p for n in self.layers for p in n.parameters()]
