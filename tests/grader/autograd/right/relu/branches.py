"""The two sides of zero are two branches, in both directions."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    if self.data > 0:
        out = Value(self.data, [self], "ReLU")
    else:
        out = Value(0, [self], "ReLU")

    def _backward() -> None:
        if self.data > 0:
            self.grad += out.grad

    out._backward = _backward
    return out
