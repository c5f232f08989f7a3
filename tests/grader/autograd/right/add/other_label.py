"""The label is a word of the student's own, and other names are used throughout."""

from __future__ import annotations

from .value import Value


def add(a, b):
    if not isinstance(b, Value):
        b = Value(b)
    c = Value(a.data + b.data, [a, b], "plus")

    def pull():
        a.grad = a.grad + 1.0 * c.grad
        b.grad = b.grad + 1.0 * c.grad

    c._backward = pull
    return c
