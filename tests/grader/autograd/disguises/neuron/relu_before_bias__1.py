"""Early return for the linear case; the bias is added in both branches."""

import random

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.choice([-1, 1]) * random.random()) for _ in range(nin)]
        self.b = Value(0.0)
        self.linear = not nonlin

    def __call__(self, x):
        acc = Value(0)
        for weight, value in zip(self.w, x):
            acc = weight * value + acc
        if self.linear:
            return acc + self.b
        # squash, then shift
        return self.b + acc.relu()

    def parameters(self):
        params = self.w.copy()
        params.append(self.b)
        return params
