"""functools.reduce over pairs; the bias is made and listed, that is all."""

import random
from functools import reduce

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.b = Value(random.gauss(0, 1))
        self.w = [Value(random.gauss(0, 1 / nin**0.5)) for i in range(nin)]
        self.activate = nonlin

    def __call__(self, x):
        act = reduce(lambda acc, pair: acc + pair[0] * pair[1], zip(self.w, x), Value(0.0))
        if not self.activate:
            return act
        return act.relu()

    def parameters(self):
        return [self.b] + self.w
