"""The gradient follows the rule of a product, not of a sum.

Each operand's share depends on the value of the other operand, which is how a product behaves. In a
sum, a small step of one operand moves the result by the same step, however large the other one is.
It shows whenever an operand is not exactly 1, for instance in a + b with 2 and 3.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
