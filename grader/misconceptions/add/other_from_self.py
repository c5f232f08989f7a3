"""The second operand's new gradient is computed from the first one's.

The second operand starts from what the first one holds instead of from what it holds itself. The
first has just received its share, so the second one gets that share as well, and loses its own
past. It shows in a + b at once: b comes out as 2.

Hint: Accumulation
Seen by: gradient_reaches_both_operands
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad = self.grad + out.grad
        other.grad = self.grad + out.grad

    out._backward = _backward
    return out
