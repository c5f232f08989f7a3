"""Each operand's share is scaled by its own value.

The share an operand receives grows with the number it holds, as if the sum were a sum of squares.
How fast a sum moves does not depend on where its operands stand. It shows whenever an operand is
not exactly 1, for instance in a + b with 2 and 3.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += self.data * out.grad
        other.grad += other.data * out.grad

    out._backward = _backward
    return out
