"""When both operands are the same node, it receives its gradient only once.

In a * a the node stands on both sides, and each side moves the result. The code takes the second
share for a mistake and leaves it out. So a * b is fine, and a * a gets half of what it should.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        if other is not self:
            other.grad += self.data * out.grad

    out._backward = _backward
    return out
