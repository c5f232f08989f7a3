"""The slope at 0 is 1."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (self.data >= 0) * out.grad

    out._backward = _backward
    return out
