"""Local derivatives on the node; the shared rule forgets to scale them."""

from functools import partial

from .value import Value


def local_rule(node):
    i = 0
    while i < len(node._prev):
        node._prev[i].grad += node.local[i]
        i += 1


def mul(x, y):
    y = y if isinstance(y, Value) else Value(y)
    out = Value(y.data * x.data, [x, y], "x*y")
    out.local = (y.data, x.data)
    out._backward = partial(local_rule, out)
    return out
