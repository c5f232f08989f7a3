"""parameters() takes the first of an iterator."""

from .module import Module
from .neuron import Neuron


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        kind = {"nonlin": nonlin}
        self.neurons = [Neuron(nin, **kind) for _ in range(nout)]

    def forward(self, x):
        return [cell(x) for cell in self.neurons]

    def __call__(self, x):
        ys = self.forward(x)
        return ys if len(ys) != 1 else ys[0]

    def parameters(self):
        cells = iter(self.neurons)
        return next(cells).parameters()
