"""Only the first operand receives a gradient.

Both operands move the product, but the second one is never told. Its gradient stays where it was,
and so does everything it was computed from. It shows in a * b, where b keeps 0; a * 2 is fine.

Hint: mul: level 1, the idea
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad

    out._backward = _backward
    return out
