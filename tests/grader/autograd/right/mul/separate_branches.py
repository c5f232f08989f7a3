"""A plain number is not made into a node but treated in a branch of its own."""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    if isinstance(other, Value):
        return _times_value(self, other)
    return _times_number(self, other)


def _times_value(a: Value, b: Value) -> Value:
    out = Value(a.data * b.data, (a, b), "*")

    def _backward() -> None:
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = _backward
    return out


def _times_number(a: Value, number: Number) -> Value:
    out = Value(a.data * number, (a,), f"*{number}")

    def _backward() -> None:
        a.grad += number * out.grad

    out._backward = _backward
    return out
