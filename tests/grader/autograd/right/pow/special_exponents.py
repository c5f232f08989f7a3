"""The exponents 0, 1 and 2 have paths of their own."""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    x = self.data
    if exponent == 0:
        power, slope = 1.0, 0.0
    elif exponent == 1:
        power, slope = x, 1.0
    elif exponent == 2:
        power, slope = x * x, x + x
    else:
        power, slope = x**exponent, exponent * x ** (exponent - 1)
    out = Value(power, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += slope * out.grad

    out._backward = _backward
    return out
