import math

from .scalar import Scalar


class Activation:
    def __call__(self, x: Scalar) -> Scalar:
        raise NotImplementedError


class Identity(Activation):
    def __call__(self, x):
        return x


class ReLU(Activation):
    def __call__(self, x):
        def push(g):
            x.grad += g if x.data > 0 else 0.0

        return Scalar(max(0.0, x.data), (x,), push)


class Tanh(Activation):
    def __call__(self, x):
        t = math.tanh(x.data)

        def push(g):
            x.grad += g * (1 - t * t)

        return Scalar(t, (x,), push)


class Sigmoid(Activation):
    def __call__(self, x):
        s = 1 / (1 + math.exp(-x.data))

        def push(g):
            x.grad += g * s * (1 - s)

        return Scalar(s, (x,), push)
