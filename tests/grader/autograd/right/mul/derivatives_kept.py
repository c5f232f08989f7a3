"""The local derivatives are kept in variables in the forward pass."""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    d_self, d_other = other.data, self.data

    def _backward() -> None:
        self.grad += d_self * out.grad
        other.grad += d_other * out.grad

    out._backward = _backward
    return out
