"""The partner itself is used where its number is needed, so that the gradient becomes a Value.

A gradient is a plain number, but a Value takes part in computing it, and what comes out is a new
node of a new graph. Printed, it looks nearly right. It shows in a * b as soon as the gradient is
used as a number.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other * out.grad
        other.grad += self * out.grad

    out._backward = _backward
    return out
