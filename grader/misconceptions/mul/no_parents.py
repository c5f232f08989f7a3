"""The result does not record the operands it was computed from.

The result knows how to hand its gradient on, but backward() finds its way by the recorded operands
and sees none here, so it goes no further. In a * b alone the leaves still get their share. In (a +
b) * c the sum is never reached, and a and b keep 0.

Hint: Graph
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data)

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
