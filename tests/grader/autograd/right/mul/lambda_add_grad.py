"""The rule is a lambda that calls a small function for each operand."""

from __future__ import annotations

from .value import Number, Value


def _add_grad(node: Value, amount: float) -> None:
    node.grad += amount


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    out._backward = lambda: (
        _add_grad(self, other.data * out.grad),
        _add_grad(other, self.data * out.grad),
    )
    return out
