"""Pairs of operand and factor are kept, and a loop assigns the products."""

from .value import Value


def mul(self, other):
    if isinstance(other, Value):
        factor = other
    else:
        factor = Value(other)
    product = Value(self.data * factor.data, (self, factor), "times")
    pairs = [(self, factor.data), (factor, self.data)]

    def chain_rule():
        for node, slope in pairs:
            node.grad = product.grad * slope

    product._backward = chain_rule
    return product
