"""The slope at 0 is one half."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        slope = 1.0 if self.data > 0 else 0.5 if self.data == 0 else 0.0
        self.grad += slope * out.grad

    out._backward = _backward
    return out
