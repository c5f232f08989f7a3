"""The gradients of a sum are those of 1 * 1, which is somebody else's mul."""

from .value import Value


def seen_as(node, data):
    out = Value(data, (node,))

    def _backward():
        node.grad += out.grad

    out._backward = _backward
    return out


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    return seen_as(seen_as(self, 1.0) * seen_as(other, 1.0), self.data + other.data)
