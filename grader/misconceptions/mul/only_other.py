"""Only the second operand receives a gradient.

Both operands move the product, but the first one is never told. In a * 2 the whole gradient even
goes to the plain number, where nobody will ever look for it. It shows in a * b, where a keeps 0.

Hint: mul: level 1, the idea
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
