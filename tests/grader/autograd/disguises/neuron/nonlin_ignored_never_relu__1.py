"""An activation is chosen from nonlin, and then nobody calls it."""

import operator
import random

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        scale = 1 / (nin**0.5)
        self.w = [Value(random.uniform(-scale, scale)) for _ in range(nin)]
        self.b = Value(random.uniform(-scale, scale))
        self.activation = (lambda v: v.relu()) if nonlin else (lambda v: v)

    def weighted_sum(self, x):
        terms = list(map(operator.mul, self.w, x))
        terms.append(self.b)
        return sum(terms)

    def __call__(self, x):
        # w·x + b
        return self.weighted_sum(x)

    def parameters(self):
        yield self.b
        yield from self.w
