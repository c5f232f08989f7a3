"""One neuron is made before the loop and appended again and again."""

from .module import Module
from .neuron import Neuron


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        neuron = Neuron(nin, nonlin=nonlin)
        self.neurons = []
        for _ in range(nout):
            self.neurons.append(neuron)

    def __call__(self, inputs):
        outputs = []
        for index in range(len(self.neurons)):
            outputs.append(self.neurons[index](inputs))
        if len(outputs) == 1:
            return outputs.pop()
        return outputs

    def parameters(self):
        return sum((list(n.parameters()) for n in self.neurons), [])
