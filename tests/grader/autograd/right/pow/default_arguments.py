"""The rule keeps its nodes and the exponent in default arguments."""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, [self], "pow")

    def _backward(base: Value = self, k: Number = exponent, out: Value = out) -> None:
        base.grad += k * base.data ** (k - 1) * out.grad

    out._backward = _backward
    return out
