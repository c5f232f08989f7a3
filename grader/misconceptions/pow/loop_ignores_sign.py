"""The power is computed in a loop that takes the exponent without its sign and fraction.

For whole exponents from 0 up the loop is right. A negative exponent is treated as if it were
positive, and a fraction is cut off. It shows in a ** -1 with a = 2, which gives 2, and in a ** 0.5
with a = 4, which gives 1.

Hint: Forward pass
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    result = 1
    for _ in range(abs(int(exponent))):
        result *= self.data
    out = Value(result, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
