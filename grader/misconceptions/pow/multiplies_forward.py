"""The base is multiplied by the exponent instead of raised to it.

One star too few: the number computed is a product. With 2 and 2 both are 4 and it cannot be seen.
It shows in a ** 2 with a = 3, which gives 6.

Hint: Forward pass
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data * exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
