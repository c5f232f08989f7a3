"""For positive bases the power is computed with exp and log."""

from __future__ import annotations

import math

from .value import Number, Value


def _power(base: float, exponent: float) -> float:
    if base > 0:
        return math.exp(exponent * math.log(base))
    return base**exponent


def pow(self: Value, exponent: Number) -> Value:
    out = Value(_power(self.data, exponent), (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * _power(self.data, exponent - 1) * out.grad

    out._backward = _backward
    return out
