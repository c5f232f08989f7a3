"""Plain numbers become nodes only when they are ints.

A plain number may also have a decimal point. Such a number slips through the check as it is and is
then asked for its data. So a + 1 works, and a + 0.5 stops with an AttributeError.

Hint: Forward pass
Seen by: plain_number_on_the_right
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    if isinstance(other, int):
        other = Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
