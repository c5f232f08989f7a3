"""The built-in pow is used, under another name, since this function hides it."""

from __future__ import annotations

import builtins

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(builtins.pow(self.data, exponent), (self,), "power")

    def _backward() -> None:
        slope = exponent * builtins.pow(self.data, exponent - 1)
        self.grad = slope * out.grad + self.grad

    out._backward = _backward
    return out
