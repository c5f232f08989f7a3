"""The slope is found by dividing the result by the input.

A ramp through zero has the same ratio everywhere, so for positive and negative inputs this is
right. At 0 there is nothing to divide by, although relu may well be asked there. It shows in
a.relu() with a = 0, which stops with a ZeroDivisionError.

Hint: relu: level 2, the mathematics
Seen by: zero_is_allowed_any_slope_between
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += out.data / self.data * out.grad

    out._backward = _backward
    return out
