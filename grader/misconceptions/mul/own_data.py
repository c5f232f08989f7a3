"""Each operand's share is scaled by its own value.

How far the product moves when one operand moves does not depend on where that operand stands: 2 * b
moves by 2 at every b. Here the operands' values have changed places. In a * a it cannot be seen; it
shows in a * b with 2 and 3.

Hint: mul: level 2, the mathematics
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += self.data * out.grad
        other.grad += other.data * out.grad

    out._backward = _backward
    return out
