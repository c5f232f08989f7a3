"""Each operand receives 1, whatever gradient arrives at the result.

The derivative of a sum with respect to an operand is indeed 1, but that is only the local part of
the story. It is the whole story only when the sum is the root itself. In 3 * (a + b) a step of a
moves the root three times as far, and the 3 gets lost on its way.

Hint: Chain rule
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += 1.0
        other.grad += 1.0

    out._backward = _backward
    return out
