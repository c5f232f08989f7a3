"""When an operand is 0, a fresh zero without operands is returned.

The product is 0, that is right, but it would not stay 0 if the operand moved, so there is a
gradient to pass on. A result without operands cannot do that. It shows in a * b with a = 0 and b =
3, where a should learn of the 3.

Hint: Graph
Seen by: plain_number_on_either_side
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    if self.data == 0 or other.data == 0:
        return Value(0.0)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
