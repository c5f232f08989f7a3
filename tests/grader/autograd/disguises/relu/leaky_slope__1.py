"""The slope is looked up in a table by the sign of the input."""

from .value import Value

SLOPES = {True: 1.0, False: 1e-2}


def relu(a):
    out = Value((a.data + abs(a.data)) / 2, (a,), "relu")
    slope = SLOPES[a.data > 0]

    def backprop(s=slope):
        a.grad += out.grad * s

    out._backward = backprop
    return out
