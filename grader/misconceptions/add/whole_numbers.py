"""The operands are cut to whole numbers before they are added.

Everything after the decimal point is dropped in the forward pass. With whole numbers it cannot be
seen. It shows in a + b with 0.5 and 0.25, where the sum comes out as 0.

Hint: Forward pass
Seen by: data_is_the_sum
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(int(self.data) + int(other.data), (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
