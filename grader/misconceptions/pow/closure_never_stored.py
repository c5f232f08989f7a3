"""The function _backward is written but never stored in the result.

The rule is right, but the result does not know it, and the function is forgotten when pow returns.
backward() then calls the empty function every new Value has. All data are right and the base of a
** 2 keeps 0.

Hint: pow: level 3, almost code
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    return out
