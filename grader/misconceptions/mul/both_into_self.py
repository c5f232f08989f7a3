"""Both shares go to the first operand and none to the second.

There are two shares, which is right, but both go to the same place; copying a line and changing
only half of it does this. In a * a it cannot be seen, since both operands are the same node. It
shows in a * b, where b keeps 0.

Hint: mul: level 1, the idea
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        self.grad += self.data * out.grad

    out._backward = _backward
    return out
