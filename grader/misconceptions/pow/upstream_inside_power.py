"""The gradient that arrives is raised to the power too.

A parenthesis reaches too far, and what arrives is multiplied to the base before the power is taken.
With exponent 2 it makes no difference, which hides it well. It shows in 3 * a ** 3.

Hint: pow: level 3, almost code
Seen by: exponents_one_and_zero
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * (self.data * out.grad) ** (exponent - 1)

    out._backward = _backward
    return out
