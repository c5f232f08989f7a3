"""The data are multiplied by a bool, which is kept for the backward pass."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    mask = self.data > 0
    out = Value(self.data * mask, {self})

    def _backward() -> None:
        self.grad += mask * out.grad

    out._backward = _backward
    return out
