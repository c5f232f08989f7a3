"""The data are converted to floats."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(float(self.data) + float(other.data), (self, other), "+")

    def _backward() -> None:
        self.grad += float(out.grad)
        other.grad += float(out.grad)

    out._backward = _backward
    return out
