"""The local derivatives are stored on the node, and one shared rule reads them."""

from __future__ import annotations

from .value import Number, Value


def _chain(out: Value) -> None:
    for operand, derivative in out._local:
        operand.grad += derivative * out.grad


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._local = [(self, 1), (other, 1)]
    out._backward = lambda: _chain(out)
    return out
