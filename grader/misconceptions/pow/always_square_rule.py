"""The derivative is that of a square, whatever the exponent.

For a ** 2 everything is right, and squares are what one tries first. Every other exponent gets the
slope of the square too. It shows in a ** 3 with a = 2, which gives 4 where it should be 12.

Hint: pow: level 2, the mathematics
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += 2 * self.data * out.grad

    out._backward = _backward
    return out
