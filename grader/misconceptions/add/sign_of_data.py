"""The sign of an operand's value is used as the derivative.

A negative operand is told that the sum falls when it rises. But adding a negative number is still
adding: a step up moves the result up. With positive numbers it cannot be seen; it shows in a + b as
soon as one of them is negative.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

import math

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += math.copysign(1, self.data) * out.grad
        other.grad += math.copysign(1, other.data) * out.grad

    out._backward = _backward
    return out
