"""Base and exponent have changed places in the forward pass.

2 to the power 3 is not 3 to the power 2, although the two are easily taken for one another in a
hurry. With 2 ** 2, or 2 ** 4, it cannot be seen. It shows in a ** 2 with a = 3, which gives 8.

Hint: Forward pass
Seen by: negative_exponents
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(exponent**self.data, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
