"""A plain number is not made into a node but treated in a branch of its own."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    if isinstance(other, (int, float)):
        out = Value(self.data + other, (self,), "+")

        def _backward() -> None:
            self.grad += out.grad

    else:
        out = Value(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

    out._backward = _backward
    return out
