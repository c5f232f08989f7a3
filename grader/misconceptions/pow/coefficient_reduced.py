"""The factor in the derivative is the lowered exponent.

The exponent has been lowered a step too early, so that the factor in front is one too small as
well. With exponent 2 the factor is 1 and looks like a missing one. It shows in a ** 2 with a = 3,
which gives 3 where it should be 6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        power = exponent - 1
        self.grad += power * self.data**power * out.grad

    out._backward = _backward
    return out
