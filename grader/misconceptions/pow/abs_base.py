"""The sign of a negative base is dropped.

Taking the absolute value keeps Python from complaining, but an odd power of a negative number is
negative, and its derivative has a sign too. With positive numbers, and in the data of even powers,
it cannot be seen. It shows in a ** 3 with a = -2.

Hint: Forward pass
Seen by: negative_and_zero_bases
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    base = abs(self.data)
    out = Value(base**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * base ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
