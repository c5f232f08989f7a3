"""The derivative drops the sign of a negative base.

The data are right, but left of zero a ** 2 falls as a rises, and the gradient has to say so. With
positive numbers it cannot be seen. It shows in a ** 2 with a = -3, which gives 6 where it should be
-6.

Hint: pow: level 2, the mathematics
Seen by: negative_and_zero_bases
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * abs(self.data) ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
