"""The list is started afresh for every layer."""

from .layer import Layer
from .module import Module


class MLP(Module):
    def __init__(self, nin, nouts):
        self.layers = []
        for i in range(len(nouts)):
            inputs = nouts[i - 1] if i else nin
            is_last = i + 1 == len(nouts)
            self.layers.append(Layer(inputs, nouts[i], not is_last))

    def __call__(self, x):
        values = x
        for layer in self.layers:
            result = layer(values)
            values = [result] if not isinstance(result, (list, tuple)) else result
        return result

    def parameters(self):
        for layer in self.layers:
            found = []
            for neuron in layer.neurons:
                found += neuron.parameters()
        return found
