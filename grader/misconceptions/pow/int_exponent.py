"""The exponent is cut to a whole number.

An exponent may have a decimal point: a ** 0.5 is the square root. Here 0.5 becomes 0 and 2.5
becomes 2, in the forward pass and in the derivative. With whole exponents it cannot be seen; it
shows in a ** 0.5 with a = 4.

Hint: Forward pass
Seen by: fractional_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    exponent = int(exponent)
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
