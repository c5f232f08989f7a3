"""The exponent does not appear as a factor in the derivative.

The power is lowered by one, but the steeper rise that comes with a larger exponent is missing. With
exponent 1 it cannot be seen. It shows in a ** 2 with a = 3, which gives 3 where it should be 6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
