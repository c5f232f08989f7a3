"""The gradient is subtracted instead of added.

Each share has the right size and the wrong sign. It looks a little like the update step of
training, which does go against the gradient, but that comes later and elsewhere. It shows in a * b
with 2 and 3, where the gradients are -3 and -2.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad -= other.data * out.grad
        other.grad -= self.data * out.grad

    out._backward = _backward
    return out
