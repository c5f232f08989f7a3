"""An if for the exponent 1, and one lambda for the rest."""

import math

from .value import Value


def lowered(x, n):
    if n == 1:
        return 1
    return math.pow(x, n - 1)


def accumulate(node, amount):
    node.grad += amount


def pow(self, n):
    res = Value(self.data**n, [self])
    res._backward = lambda: accumulate(self, res.grad * lowered(self.data, n))
    return res
