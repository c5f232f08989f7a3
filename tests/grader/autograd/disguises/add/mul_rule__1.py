"""Slopes computed in the forward pass and bound as default arguments of a lambda."""

from .value import Value


def bump(node, amount):
    node.grad += amount


def add(left, right):
    right = right if hasattr(right, "data") else Value(right)
    result = Value(left.data + right.data, (left, right))
    # the partner decides how much each one gets
    dl, dr = right.data, left.data
    result._backward = lambda dl=dl, dr=dr: (bump(left, result.grad * dl), bump(right, result.grad * dr))
    return result
