"""Wrapping and the rule live in a module of the student's own, imported relatively."""

from __future__ import annotations

from .sums import as_value, send_to_both
from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = as_value(other)
    out = Value(self.data + other.data, (self, other), "+")
    out._backward = lambda: send_to_both(out, self, other)
    return out
