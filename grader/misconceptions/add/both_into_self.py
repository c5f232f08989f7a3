"""The first operand receives both shares and the second none.

There are two shares, which is right, but both go to the same place; copying a line and changing
only half of it does this. In a + a it cannot be seen, since both operands are the same node. In a +
b, a gets twice too much and b nothing.

Hint: add: level 1, the idea
Seen by: plain_number_on_the_right
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        self.grad += out.grad

    out._backward = _backward
    return out
