"""The rule is an object of a class of its own that can be called."""

from __future__ import annotations

from .value import Number, Value


class SumRule:
    def __init__(self, out: Value, left: Value, right: Value) -> None:
        self.out, self.left, self.right = out, left, right

    def __call__(self) -> None:
        self.left.grad += self.out.grad
        self.right.grad += self.out.grad


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._backward = SumRule(out, self, other)
    return out
