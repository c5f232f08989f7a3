"""The result records only its first operand.

Both operands receive their share, but backward() finds its way by the recorded operands and never
gets to the second one. While that is a leaf, nothing is lost. In a + b * c the product gets its
gradient and never passes it on.

Hint: Graph
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self,), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
