"""The operands are recorded and served in reverse order, without a label."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(other.data + self.data, (other, self))

    def _backward() -> None:
        other.grad += out.grad
        self.grad += out.grad

    out._backward = _backward
    return out
