"""The last part, minus one times what arrives, is subtracted from the power.

Without parentheses Python reads three pieces: a power, a minus, and a product with the gradient
that arrives. So the power does not meet that gradient at all, and the exponent is never lowered. It
shows in 3 * a ** 2, and already in a ** 2 with a = 3.

Hint: pow: level 3, almost code
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data**exponent - 1 * out.grad

    out._backward = _backward
    return out
