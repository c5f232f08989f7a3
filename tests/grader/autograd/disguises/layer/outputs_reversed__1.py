"""Indices counted down in a comprehension."""

import itertools

from .module import Module
from .neuron import Neuron


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.size = nout
        self.neurons = [Neuron(nin, nonlin) for _ in range(self.size)]

    def __call__(self, x):
        ys = [self.neurons[i](x) for i in range(self.size - 1, -1, -1)]
        if self.size == 1:
            (ys,) = ys
        return ys

    def parameters(self):
        return list(itertools.chain(*(n.parameters() for n in self.neurons)))
