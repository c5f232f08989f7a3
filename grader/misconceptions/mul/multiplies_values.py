"""The Values are multiplied instead of the numbers they hold.

Multiplying two Values is the very thing this function is asked to do, so it calls itself, again and
again, and never gets to a number. Any a * b ends in a RecursionError.

Hint: Forward pass
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self * other, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
