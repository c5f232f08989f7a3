"""The gradient overwrites what was there instead of adding to it.

An operand can be used in more than one place, and every use has its say in its gradient. Here each
new share wipes out the one before. With a * b it cannot be seen; with a * a, or in a * b + a * c,
only one share is left.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad = other.data * out.grad
        other.grad = self.data * out.grad

    out._backward = _backward
    return out
