"""The operands are recorded in reverse order, as a list."""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(other.data * self.data, [other, self], "times")

    def _backward() -> None:
        other.grad += out.grad * self.data
        self.grad += out.grad * other.data

    out._backward = _backward
    return out
