"""The share is multiplied into the operand's gradient instead of added to it.

Products multiply along a path through the graph, but different uses of a node add up. Every
gradient starts at 0, and whatever is multiplied into 0 stays 0. It shows in a * b, where both
gradients never leave 0.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad *= other.data * out.grad
        other.grad *= self.data * out.grad

    out._backward = _backward
    return out
