"""The power is computed by multiplying in a loop, once per unit of the exponent.

That works for whole exponents from 0 up. A negative exponent gives a loop that never runs, and a
fractional one cannot be counted at all. It shows in a ** -1 with a = 2, and a ** 0.5 stops with a
TypeError.

Hint: Forward pass
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    result = 1
    for _ in range(exponent):
        result *= self.data
    out = Value(result, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
