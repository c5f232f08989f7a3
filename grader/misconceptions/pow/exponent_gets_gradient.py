"""The exponent is treated as an operand that receives a gradient of its own.

Its derivative needs the logarithm of the base, which does not exist for a negative base or for 0.
For positive bases everything comes out right, and nobody asks for the exponent's gradient. It shows
in a ** 2 with a = -3, which stops with a ValueError.

Hint: pow: level 1, the idea
Seen by: negative_and_zero_bases
"""

from __future__ import annotations

import math

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    exponent = Value(exponent)
    out = Value(self.data**exponent.data, (self, exponent), "**")

    def _backward() -> None:
        self.grad += exponent.data * self.data ** (exponent.data - 1) * out.grad
        exponent.grad += out.data * math.log(self.data) * out.grad

    out._backward = _backward
    return out
