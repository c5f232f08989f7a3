"""The base itself is used where its number is needed, so that the gradient becomes a Value.

A gradient is a plain number, but a Value takes part in computing it, and what comes out is a new
node of a new graph. Printed, it looks nearly right. It shows in a ** 2 as soon as the gradient is
used as a number.

Hint: pow: level 2, the mathematics
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
