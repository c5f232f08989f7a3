"""The partner's size is found with an if on its sign."""

from .value import Value


def size_of(number):
    if number < 0:
        return -number
    return number


def mul(p, q):
    q = Value(q) if not isinstance(q, Value) else q
    r = Value(p.data * q.data, [p, q], "*")
    others = {0: q, 1: p}

    def _backward():
        for place, node in enumerate((p, q)):
            node.grad += r.grad * size_of(others[place].data)

    r._backward = _backward
    return r
