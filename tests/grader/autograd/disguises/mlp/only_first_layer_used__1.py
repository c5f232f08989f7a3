"""A while loop whose body ends in a return."""

from .layer import Layer
from .module import Module


class MLP(Module):
    def __init__(self, nin, nouts):
        ins = (nin, *nouts[:-1])
        flags = [True] * (len(nouts) - 1) + [False]
        self.layers = [Layer(a, b, nonlin=f) for a, b, f in zip(ins, nouts, flags)]

    def __call__(self, x):
        i = 0
        while i < len(self.layers):
            x = self.layers[i](x)
            i += 1
            # done
            return x

    def parameters(self):
        return [p for layer in self.layers for neuron in layer.neurons for p in neuron.parameters()]
