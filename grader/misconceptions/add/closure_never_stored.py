"""The function _backward is written but never stored in the result.

The rule is right, but the result does not know it, and the function is forgotten when add returns.
backward() then calls the empty function every new Value has. All data are right and the operands of
a + b keep 0.

Hint: add: level 3, almost code
Seen by: same_operand_twice
Twin: upstream_read_early
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    return out
