"""The rule is a lambda that uses setattr."""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._backward = lambda: [setattr(node, "grad", node.grad + out.grad) for node in (self, other)]
    return out
