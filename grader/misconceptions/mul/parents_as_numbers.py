"""The numbers of the operands are recorded as parents instead of the operands.

backward() follows the recorded operands from node to node, and here it meets a plain number, which
leads nowhere. The data are all right. Any backward pass through a * b stops with an AttributeError.

Hint: Graph
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self.data, other.data), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
