"""The second operand's gradient is overwritten, while the first one's is added to.

The two operands are treated differently: the second forgets whatever it had received before. As
long as nothing else uses it, nobody notices. It shows in a * a, and in a * b + c * b seen from b.

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
        other.grad = self.data * out.grad

    out._backward = _backward
    return out
