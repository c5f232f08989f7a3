"""The gradient is computed with Values, so that it becomes a Value itself.

A gradient is a plain number, but here a Value takes part in computing it, and what comes out is a
new node of a new graph. Printed, it looks nearly right. It shows in a + b as soon as the gradient
is used as a number.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += Value(1.0) * out.grad
        other.grad += Value(1.0) * out.grad

    out._backward = _backward
    return out
