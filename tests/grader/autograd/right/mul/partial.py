"""The rule is a functools.partial of a function at module level."""

from __future__ import annotations

from functools import partial

from .value import Number, Value


def _product_rule(left: Value, right: Value, out: Value) -> None:
    left.grad += right.data * out.grad
    right.grad += left.data * out.grad


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    out._backward = partial(_product_rule, self, other, out)
    return out
