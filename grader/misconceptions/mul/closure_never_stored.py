"""The function _backward is written but never stored in the result.

The rule is right, but the result does not know it, and the function is forgotten when mul returns.
backward() then calls the empty function every new Value has. All data are right and the operands of
a * b keep 0.

Hint: mul: level 3, almost code
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    return out
