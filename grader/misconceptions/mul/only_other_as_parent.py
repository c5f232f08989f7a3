"""The result records only its second operand.

Both operands receive their share, but backward() finds its way by the recorded operands and never
gets to the first one. While that is a leaf, nothing is lost. In (a + b) * c the sum gets its
gradient and never passes it on.

Hint: Graph
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (other,), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
