"""The derivative is found by dividing the result by the base.

Lowering a power by one is the same as dividing by the base, except where the base is 0. There the
derivative exists all the same, and the division does not. It shows in a ** 2 with a = 0, which
stops with a ZeroDivisionError.

Hint: pow: level 2, the mathematics
Seen by: negative_and_zero_bases
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * out.data / self.data * out.grad

    out._backward = _backward
    return out
