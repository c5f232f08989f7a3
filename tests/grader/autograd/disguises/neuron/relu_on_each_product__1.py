"""A helper makes one term, relu included, and reduce adds the terms."""

import random
from functools import reduce

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.nin, self.nonlin = nin, nonlin
        self.b = Value(0.01)
        self.w = tuple(Value(random.gauss(0, 1)) for _ in range(nin))

    def term(self, i, x):
        t = x[i] * self.w[i] if isinstance(x[i], Value) else self.w[i] * x[i]
        return t.relu() if self.nonlin else t

    def __call__(self, x):
        return reduce(lambda total, i: total + self.term(i, x), range(self.nin), self.b)

    def parameters(self):
        return list(self.w) + [self.b]
