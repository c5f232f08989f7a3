"""Parameters gathered in a loop over the weights."""

import random

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, n_inputs, nonlin=True):
        self.w = []
        while len(self.w) < n_inputs:
            self.w.append(Value(random.random() - 0.5))
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, inputs):
        s = self.b
        for i, weight in enumerate(self.w):
            s += weight * inputs[i]
        if self.nonlin:
            s = s.relu()
        return s

    def parameters(self):
        result = []
        for weight in self.w:
            result.append(weight)
        return result
