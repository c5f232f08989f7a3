"""The result does not record the operands it was computed from.

The result knows how to hand its gradient on, but backward() finds its way by the recorded operands
and sees none here, so it goes no further. In a + b alone the leaves still get their share. In a * b
+ c the product is never reached, and a and b keep 0.

Hint: Graph
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data)

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
