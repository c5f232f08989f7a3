"""Two-layer network with the gradients worked out by hand."""
import math
import random


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


class Network:
    def __init__(self, nin, hidden):
        self.w1 = [[random.uniform(-1, 1) for _ in range(nin)] for _ in range(hidden)]
        self.w2 = [random.uniform(-1, 1) for _ in range(hidden)]

    def forward(self, x):
        self.h = [sigmoid(sum(w * v for w, v in zip(row, x))) for row in self.w1]
        return sum(w * h for w, h in zip(self.w2, self.h))

    def backward(self, x, error, rate=0.1):
        for j, h in enumerate(self.h):
            slope = error * self.w2[j] * h * (1 - h)
            self.w2[j] -= rate * error * h
            for i, v in enumerate(x):
                self.w1[j][i] -= rate * slope * v
