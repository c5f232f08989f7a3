"""One is subtracted from the power, not from the exponent.

Python takes the power first and subtracts afterwards, so the exponent stays as it was and the
result is one too low. On paper the two look nearly alike. It shows in a ** 2 with a = 3, which
gives 17 where it should be 6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += (exponent * self.data**exponent - 1) * out.grad

    out._backward = _backward
    return out
