"""The rule is a function bound to the result as a method."""

from __future__ import annotations

from types import MethodType

from .value import Number, Value


def _send(self: Value) -> None:
    for operand in self._prev:
        operand.grad += self.grad


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._backward = MethodType(_send, out)
    return out
