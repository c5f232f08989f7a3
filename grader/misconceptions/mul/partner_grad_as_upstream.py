"""The partner's gradient stands where the gradient of the result belongs.

What arrives from further on arrives at the result, not at the other operand. The partner's gradient
is usually still 0, so nothing is passed on at all. It shows in a * b, where both gradients stay 0.

Hint: Chain rule
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * other.grad
        other.grad += self.data * self.grad

    out._backward = _backward
    return out
