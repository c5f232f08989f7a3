"""Each operand's gradient is set to 1, whatever was there and whatever arrives at the result.

Two things go missing here: what the operand had received before, and what arrives from further on
in the graph. With a + b alone neither shows. Try a + a for the first and 3 * (a + b) for the
second.

Hint: add: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad = 1.0
        other.grad = 1.0

    out._backward = _backward
    return out
