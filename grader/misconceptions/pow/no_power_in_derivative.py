"""The derivative is the exponent alone.

The exponent has come down as a factor, but the base has disappeared from the derivative, as if a
power were a straight line. Where the base is 1, and with exponent 1, it cannot be seen. It shows in
a ** 2 with a = 3, which gives 2.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * out.grad

    out._backward = _backward
    return out
