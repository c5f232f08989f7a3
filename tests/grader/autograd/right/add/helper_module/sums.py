"""What add needs."""

from __future__ import annotations

from .value import Number, Value


def as_value(x: Value | Number) -> Value:
    return x if isinstance(x, Value) else Value(x)


def send_to_both(out: Value, a: Value, b: Value) -> None:
    a.grad += out.grad
    b.grad += out.grad
