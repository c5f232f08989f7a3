"""The rule lives in a module of the student's own, imported by its plain name."""

from __future__ import annotations

import product_rule

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    out._backward = product_rule.make(self, other, out)
    return out
