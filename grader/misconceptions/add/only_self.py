"""Only the first operand receives a gradient.

Both operands move the result, but the second one is never told. Its gradient stays where it was,
and so does everything it was computed from. It shows in a + b, where b keeps 0, and in a + a, where
a gets only half.

Hint: add: level 1, the idea
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad

    out._backward = _backward
    return out
