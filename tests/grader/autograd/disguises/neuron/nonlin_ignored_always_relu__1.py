"""nonlin is kept under another name and never read."""

import random

from .module import Module
from .value import Value


def dot(ws, xs):
    result = ws[0] * xs[0]
    for k in range(1, len(ws)):
        result = result + ws[k] * xs[k]
    return result


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.gauss(0.0, 0.1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.use_relu = nonlin

    def __call__(self, x):
        z = dot(self.w, x) + self.b
        return z.relu()

    def parameters(self):
        return (*self.w, self.b)
