"""Exponent 1 goes through a copy, so its rounding and its graph differ from the others."""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    if exponent == 1:
        out = Value(self.data * 1.0, {self}, "copy")
        out._backward = lambda: setattr(self, "grad", self.grad + out.grad)
        return out
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data**exponent * self.data**-1 * out.grad if self.data else 0.0

    out._backward = _backward
    return out
