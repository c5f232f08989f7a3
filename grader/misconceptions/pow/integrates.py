"""The rule goes the wrong way: the exponent is raised, and the power divided by it.

That is how a power is integrated. A derivative goes the other way, down instead of up. It shows in
a ** 2 with a = 3, which gives 9 where it should be 6, and a ** -1 stops with a ZeroDivisionError.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += self.data ** (exponent + 1) / (exponent + 1) * out.grad

    out._backward = _backward
    return out
