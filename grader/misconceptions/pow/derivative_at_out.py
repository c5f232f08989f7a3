"""The derivative is taken at the result instead of at the base.

The slope of a power depends on where the base stands, and the base is not the result. Where the
base is 1, and with exponent 1, it cannot be seen. It shows in a ** 2 with a = 3, which gives 18
where it should be 6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * out.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
