"""The gradient is divided between the two operands.

It sounds fair that two operands share what arrives, but a gradient is not a cake: it says how far
the result moves if one operand moves and the other stays. Each of them alone moves the sum fully.
It shows in a + b, where both gradients come out as 0.5.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad / 2
        other.grad += out.grad / 2

    out._backward = _backward
    return out
