"""A partial hands the node to a loop that assigns with setattr."""

import functools

from .value import Value


def hand_down(node):
    # every operand gets what the node has
    for operand in node._prev:
        setattr(operand, "grad", node.grad)


def add(a, b):
    if not isinstance(b, Value):
        b = Value(b)
    total = Value(a.data + b.data, [a, b], "sum")
    total._backward = functools.partial(hand_down, total)
    return total
