"""Below zero the result has an operand but keeps the empty rule."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(self.data, 0.0), (self,), "relu")
    if self.data > 0:

        def _backward() -> None:
            self.grad += out.grad

        out._backward = _backward
    return out
