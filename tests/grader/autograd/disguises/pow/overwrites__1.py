"""math.pow in both directions, and setattr through a partial."""

import math
from functools import partial

from .value import Value


def send(target, n, node):
    slope = n * math.pow(target.data, n - 1)
    setattr(target, "grad", slope * node.grad)


def pow(self, n):
    node = Value(math.pow(self.data, n), [self], "pow")
    node._backward = partial(send, self, n, node)
    return node
