"""The derivative keeps the full exponent, and the gradient overwrites what was there.

Two things go wrong at once: the power in the derivative has not been lowered, and each use of the
base wipes out what another use had left. Try a ** 2 with a = 3 for the first, and a ** 2 + a ** 3
for the second.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad = exponent * self.data**exponent * out.grad

    out._backward = _backward
    return out
