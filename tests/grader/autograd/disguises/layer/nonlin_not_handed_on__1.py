"""nonlin is stored in the layer, and the neurons are made in a while loop."""

from .module import Module
from .neuron import Neuron


class Layer(Module):
    def __init__(self, n_in, n_out, nonlin=True):
        self.nonlin = nonlin
        self.neurons = []
        while len(self.neurons) != n_out:
            self.neurons.append(Neuron(n_in))

    def __call__(self, x):
        result = list(map(lambda n: n(x), self.neurons))
        if len(result) > 1:
            return result
        return result[0]

    def parameters(self):
        everything = []
        for n in self.neurons:
            everything += n.parameters()
        return everything
