"""When both operands are the same node, it receives its gradient only once.

In a + a the node stands on both sides, and each side moves the result. The code takes the second
share for a mistake and leaves it out. So a + b is fine, and a + a gives 1 where it should be 2.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        if other is not self:
            other.grad += out.grad

    out._backward = _backward
    return out
