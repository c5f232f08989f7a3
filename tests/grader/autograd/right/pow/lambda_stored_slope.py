"""The slope is stored on the node and a lambda with setattr uses it."""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")
    out._slope = exponent * self.data ** (exponent - 1)
    out._backward = lambda: setattr(self, "grad", self.grad + out._slope * out.grad)
    return out
