"""A plain number on the other side is not made into a node.

The code asks the other operand for its data, which a plain number does not have. Between two Values
everything works. It stops with an AttributeError in a + 1, and in 1 + a too.

Hint: Forward pass
Seen by: plain_number_on_the_right
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
