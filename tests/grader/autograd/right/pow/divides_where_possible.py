"""The derivative divides the result by the base, except where the base is 0."""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        if self.data != 0:
            self.grad += exponent * out.data / self.data * out.grad
        elif exponent == 1:
            self.grad += out.grad

    out._backward = _backward
    return out
