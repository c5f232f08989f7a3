"""The value of the result is used as the derivative.

The result's data says where the product stands, not how fast it moves when an operand moves. The
two agree only where the operand happens to be 1 or everything is 0. It shows in a * b with 2 and 3,
where both gradients come out as 6.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += out.data * out.grad
        other.grad += out.data * out.grad

    out._backward = _backward
    return out
