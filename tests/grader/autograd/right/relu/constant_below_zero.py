"""Below zero the result is a constant without operands."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    if self.data <= 0:
        return Value(0.0)
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += out.grad

    out._backward = _backward
    return out
