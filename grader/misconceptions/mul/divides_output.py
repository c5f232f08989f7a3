"""The derivative is found by dividing the result by the operand.

On paper the result divided by one operand is the other one, except where the operand is 0. There
the derivative exists all the same, and the division does not. It shows in a * b with a = 0, which
stops with a ZeroDivisionError.

Hint: mul: level 2, the mathematics
Seen by: plain_number_on_either_side
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += out.data / self.data * out.grad
        other.grad += out.data / other.data * out.grad

    out._backward = _backward
    return out
