"""The case of both operands being the same node is treated by itself."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    if other is self:
        out = Value(2 * self.data, {self}, "+")

        def _backward() -> None:
            self.grad += 2 * out.grad

    else:
        out = Value(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

    out._backward = _backward
    return out
