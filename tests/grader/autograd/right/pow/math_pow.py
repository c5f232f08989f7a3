"""The power is computed with math.pow, always as a float."""

from __future__ import annotations

import math

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(math.pow(self.data, exponent), {self})

    def _backward() -> None:
        self.grad += exponent * math.pow(self.data, exponent - 1) * out.grad

    out._backward = _backward
    return out
