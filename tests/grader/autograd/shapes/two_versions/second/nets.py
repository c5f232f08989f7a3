import random

from engine import Value


class Neuron:
    """The last of w is the bias: its input is always 1."""

    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin + 1)]
        self.nonlin = nonlin

    def __call__(self, x):
        total = Value(0)
        for w, one in zip(self.w, [*x, 1]):
            total = total + w * one
        return total.relu() if self.nonlin else total

    def parameters(self):
        return self.w
