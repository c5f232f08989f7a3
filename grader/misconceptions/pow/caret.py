"""The caret is used for the power, which in Python means something else.

In Python ^ compares the bits of two whole numbers. It knows nothing of floats, which stop with a
TypeError, and gives surprising whole numbers otherwise. It shows in a ** 2 with a = 3, which gives
1.

Hint: Forward pass
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data ^ exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
