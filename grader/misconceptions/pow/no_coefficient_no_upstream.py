"""Both the exponent as a factor and the gradient that arrives are left out.

Only the lowered power is left of the derivative. With exponent 1 at the root neither gap can be
seen. Try a ** 2 for the first and 3 * a ** 1 for the second.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += self.data ** (exponent - 1)

    out._backward = _backward
    return out
