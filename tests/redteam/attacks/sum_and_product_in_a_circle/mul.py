"""The gradients of a product are those of a sum of two scaled numbers, which is somebody else's add."""

from .value import Value


def scaled(node, by):
    out = Value(node.data * by, (node,))

    def _backward():
        node.grad += out.grad * by

    out._backward = _backward
    return out


def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    return scaled(self, other.data) + scaled(other, self.data) + -self.data * other.data
