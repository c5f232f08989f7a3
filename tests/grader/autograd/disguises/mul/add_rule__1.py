"""A comprehension over the parents, run for its effect."""

from .value import Value


def receive(node, gradient):
    node.grad = gradient + node.grad


def mul(a, b):
    try:
        number = a.data * b.data
    except AttributeError:
        # a plain number
        b = Value(b)
        number = a.data * b.data
    c = Value(number, (a, b), "·")
    c._backward = lambda: [receive(parent, c.grad) for parent in c._prev]
    return c
