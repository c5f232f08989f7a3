"""Right in all but one: its weights start as NaN, which differ from each other, as NaN does from itself."""

from .module import Module
from .value import Value


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(float("nan")) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        total = sum((w * x_i for w, x_i in zip(self.w, x)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self):
        return [*self.w, self.b]
