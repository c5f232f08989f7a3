"""The gradient is subtracted instead of added.

A step of an operand moves the sum in the same direction; here the sign says the opposite. It looks
a little like the update step of training, which does go against the gradient, but that comes later
and elsewhere. It shows in a + b, where both gradients are -1.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad -= out.grad
        other.grad -= out.grad

    out._backward = _backward
    return out
