"""The exponent is asked for its data, though it is a plain number.

Unlike the other operand of a sum or a product, the exponent is never a Value here. Any a ** 2 stops
with an AttributeError.

Hint: Forward pass
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent.data, (self, exponent), "**")

    def _backward() -> None:
        self.grad += exponent.data * self.data ** (exponent.data - 1) * out.grad

    out._backward = _backward
    return out
