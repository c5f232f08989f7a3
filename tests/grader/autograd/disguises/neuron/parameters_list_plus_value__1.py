"""operator.add puts the weights and the bias together."""

import operator
import random

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.b = Value(0.0)
        self.w = [Value(2 * random.random() - 1) for _ in range(nin)]
        self.nonlin = nonlin

    def __call__(self, x):
        out = self.b
        for w, v in zip(self.w, x):
            out = out + w * v
        return out if not self.nonlin else out.relu()

    def parameters(self):
        weights, bias = self.w, self.b
        return operator.add(weights, bias)
