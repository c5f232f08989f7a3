"""The other operand is wrapped even when it already is a Value.

Wrapping a Value in another Value gives a node whose data is not a number any more. The sum then
holds a Value as its data, and the gradient goes to the wrapper rather than to the operand. a + 1
works; a + b shows it.

Hint: Forward pass
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
