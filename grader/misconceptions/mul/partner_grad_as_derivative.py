"""The partner's gradient stands where its value belongs.

A gradient says how the root moves with the partner; what matters here is where the partner stands.
The two fields are easily confused. The partner's gradient is usually still 0, so in a * b both
gradients stay 0.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.grad * out.grad
        other.grad += self.grad * out.grad

    out._backward = _backward
    return out
