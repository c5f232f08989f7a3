"""A factory makes linear neurons; an if decides what comes back."""

from .module import Module
from .neuron import Neuron


def linear_neuron(inputs):
    return Neuron(nonlin=False, nin=inputs)


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        # the activation comes later
        self.activation = "relu" if nonlin else None
        self.neurons = [linear_neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        if len(self.neurons) == 1:
            return self.neurons[0](x)
        return [neuron(x) for neuron in self.neurons]

    def parameters(self):
        for neuron in self.neurons:
            yield from neuron.parameters()
