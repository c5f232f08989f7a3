"""What an operand already had is added to it once more.

The update adds to the gradient, and also adds the old gradient again, so the past is doubled at
each use. The first use starts from 0 and looks fine. It shows when an operand is used more than
once, as in a + a, or in two graphs over the same leaves.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += self.grad + out.grad
        other.grad += other.grad + out.grad

    out._backward = _backward
    return out
