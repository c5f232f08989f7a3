"""The base's gradient stands where its value belongs.

A gradient says how the root moves with the base; the slope of a power depends on where the base
stands. The two fields are easily confused. The base's gradient is usually still 0, so a ** 2 leaves
it there.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.grad ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
