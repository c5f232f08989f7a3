"""The function _backward is stored in the result's grad.

The result's gradient is now a function where a number belongs, and the place where backward() looks
for the function is left as it was. a + b leaves both gradients at 0. In 3 * (a + b) it stops with a
TypeError, since a number cannot be added to a function.

Hint: add: level 3, almost code
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out.grad = _backward
    return out
