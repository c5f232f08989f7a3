"""The rule keeps its nodes in default arguments."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward(a: Value = self, b: Value = other, out: Value = out) -> None:
        a.grad += out.grad
        b.grad += out.grad

    out._backward = _backward
    return out
