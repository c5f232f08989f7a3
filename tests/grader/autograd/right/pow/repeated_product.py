"""Whole exponents are computed by repeated multiplication, negative ones by its reciprocal."""

from __future__ import annotations

from .value import Number, Value


def _power(base: float, exponent: float) -> float:
    if exponent != int(exponent):
        return base**exponent
    product = 1
    for _ in range(abs(int(exponent))):
        product *= base
    return product if exponent >= 0 else 1 / product


def pow(self: Value, exponent: Number) -> Value:
    out = Value(_power(self.data, exponent), (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * _power(self.data, exponent - 1) * out.grad

    out._backward = _backward
    return out
