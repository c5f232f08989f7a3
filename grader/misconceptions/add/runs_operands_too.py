"""The rule of the sum also runs the rules of its operands.

Passing the gradient further down is the task of backward(), which gives every node exactly one
turn. Here the operands get a turn from the sum as well, so their own operands are served twice.
With leaves it cannot be seen; it shows in a * b + c, where a and b get twice too much.

Hint: Topological order
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
        self._backward()
        other._backward()

    out._backward = _backward
    return out
