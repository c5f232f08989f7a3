"""The backward pass adds to the operands' data instead of their gradients.

The gradient lands in the wrong field: the numbers that were computed change under our feet and the
gradients stay 0. The backward pass only ever reports how things would move; it moves nothing.
Compare the data of a before and after the backward pass of a * b.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.data += other.data * out.grad
        other.data += self.data * out.grad

    out._backward = _backward
    return out
