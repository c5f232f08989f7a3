"""The data are converted to floats."""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    if not isinstance(other, Value):
        other = Value(float(other))
    out = Value(float(self.data) * float(other.data), (self, other))

    def _backward() -> None:
        self.grad = self.grad + float(other.data) * out.grad
        other.grad = other.grad + float(self.data) * out.grad

    out._backward = _backward
    return out
