"""Everything that took part is put in the list of parents."""

from .value import Value


def pow(*operands):
    base, exponent = operands
    node = Value(base.data**exponent, list(operands), "**")

    def rule(n=exponent):
        down = n - 1
        base.grad += node.grad * (n * base.data**down)

    node._backward = rule
    return node
