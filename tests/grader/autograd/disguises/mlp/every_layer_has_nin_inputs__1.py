"""Hidden layers and the output layer are made apart, all from nin."""

from .layer import Layer
from .module import Module


class MLP(Module):
    def __init__(self, nin, nouts):
        *hidden, output = nouts
        self.layers = [Layer(nin, width) for width in hidden]
        self.layers.append(Layer(nin, output, nonlin=False))

    def __call__(self, x):
        signal = x
        for layer in self.layers:
            if type(signal) is not list:
                signal = [signal]
            signal = layer(signal)
        return signal

    def parameters(self):
        return sum([layer.parameters() for layer in self.layers], [])
