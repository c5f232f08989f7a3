"""The derivative is that of an exponential, where the exponent moves.

Two rules look alike: one for a moving base, one for a moving exponent. Here the base moves and the
exponent is fixed, but the rule with the logarithm is the other one. It shows in a ** 2 with a = 3,
and a negative base stops with a ValueError.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

import math

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += out.data * math.log(self.data) * out.grad

    out._backward = _backward
    return out
