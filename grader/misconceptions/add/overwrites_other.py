"""The second operand's gradient is overwritten, while the first one's is added to.

The two operands are treated differently: the second forgets whatever it had received before. As
long as nothing else uses it, nobody notices. It shows as soon as it is used twice, for instance in
a + a or in a + b + b.

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
        other.grad = out.grad

    out._backward = _backward
    return out
