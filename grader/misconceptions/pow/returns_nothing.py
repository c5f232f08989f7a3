"""The function ends without returning the result.

All the work is done and then thrown away: a function without a return gives None. The first thing
that happens to a ** 2 afterwards stops with an AttributeError about NoneType.

Hint: pow: level 3, almost code
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
