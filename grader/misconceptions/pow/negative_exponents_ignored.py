"""A negative exponent passes no gradient on.

The rule is kept for positive exponents only, but a power with a negative exponent moves with its
base as well, and divisions are built on it. It shows in a ** -1 with a = 2, and in 1 / a.

Hint: pow: level 2, the mathematics
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        if exponent > 0:
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
