"""append where extend is meant, in a loop."""

from functools import partial

from .module import Module
from .neuron import Neuron


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        make = partial(Neuron, nin, nonlin=nonlin)
        self.neurons = tuple(make() for _ in range(nout))

    def __call__(self, x):
        first, *rest = (neuron(x) for neuron in self.neurons)
        return [first, *rest] if rest else first

    def parameters(self):
        collected = []
        for neuron in self.neurons:
            collected.append(neuron.parameters())
        return collected
