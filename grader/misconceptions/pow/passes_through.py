"""The gradient is handed on unchanged.

That is the rule of a sum. A power changes how fast things move, the more so the larger the base and
the exponent. With exponent 1 it cannot be seen; it shows in a ** 2 with a = 3, which gives 1.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += out.grad

    out._backward = _backward
    return out
