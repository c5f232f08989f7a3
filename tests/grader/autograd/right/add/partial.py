"""The rule is a functools.partial of a function at module level."""

from __future__ import annotations

from functools import partial

from .value import Number, Value


def _share(out: Value, *operands: Value) -> None:
    for operand in operands:
        operand.grad += out.grad


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._backward = partial(_share, out, self, other)
    return out
