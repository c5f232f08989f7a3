"""The gradient overwrites what was there instead of adding to it.

The base can be used in more than one place, and every use has its say in its gradient. Here each
power wipes out what was there. With a ** 2 alone it cannot be seen; it shows in a ** 2 + a ** 3.

Hint: Accumulation
Seen by: base_used_in_several_places
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad = exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
