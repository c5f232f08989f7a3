"""A loop over the parents hands the gradient on, with the builtin pow forward."""

import builtins

from .value import Value


def pow(value, exponent):
    node = Value(builtins.pow(value.data, exponent), (value,), "pow")

    def back():
        gradient = node.grad
        for parent in node._prev:
            parent.grad += gradient

    node._backward = back
    return node
