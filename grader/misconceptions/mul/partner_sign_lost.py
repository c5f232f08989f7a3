"""The partner's value is taken without its sign.

When the partner is negative, a step up of one operand moves the product down, and the gradient has
to say so. With positive numbers it cannot be seen. It shows in a * b with 2 and -3, and in -a.

Hint: mul: level 2, the mathematics
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += abs(other.data) * out.grad
        other.grad += abs(self.data) * out.grad

    out._backward = _backward
    return out
