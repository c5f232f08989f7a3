"""A plain number on the other side is not made into a node.

The code asks the other operand for its data, which a plain number does not have. Between two Values
everything works. It stops with an AttributeError in a * 2, and so in -a and a - b, which are built
on it.

Hint: Forward pass
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
