"""The base is squared, whatever the exponent.

The exponent does not take part at all: every power comes out as a square, with the slope of a
square. For a ** 2 it cannot be seen. It shows in a ** 3 with a = 2, which gives 4.

Hint: Forward pass
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data * self.data, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += 2 * self.data * out.grad

    out._backward = _backward
    return out
