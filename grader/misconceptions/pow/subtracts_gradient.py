"""The gradient is subtracted instead of added.

The share has the right size and the wrong sign. It looks a little like the update step of training,
which does go against the gradient, but that comes later and elsewhere. It shows in a ** 2 with a =
3, which gives -6.

Hint: pow: level 2, the mathematics
Seen by: gradient_is_the_power_rule
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad -= exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
