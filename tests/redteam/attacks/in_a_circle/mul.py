"""x * y = ((x + y)**2 - x**2 - y**2) / 2: the product rule is the power rule's, through somebody else's pow."""

from .value import Value


def scaled(node, by):
    out = Value(node.data * by, (node,))

    def _backward():
        node.grad += out.grad * by

    out._backward = _backward
    return out


def mul(self, other):
    if not isinstance(other, Value):
        return scaled(self, other)
    return scaled((self + other) ** 2 + scaled(self**2 + other**2, -1), 0.5)
