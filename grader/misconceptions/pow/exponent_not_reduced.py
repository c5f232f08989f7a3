"""The derivative keeps the full exponent.

The exponent comes down as a factor, but the power itself has not been lowered, so the derivative
grows too fast. Where the base is 1 it cannot be seen. It shows in a ** 2 with a = 3, which gives 18
where it should be 6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data**exponent * out.grad

    out._backward = _backward
    return out
