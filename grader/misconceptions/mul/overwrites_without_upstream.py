"""Each gradient is set to the local derivative, whatever was there and whatever arrives at the result.

Two things go missing here: what the operand had received before, and what arrives from further on
in the graph. With a * b alone neither shows. Try a * a for the first and (a * b) * c for the
second.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad = other.data
        other.grad = self.data

    out._backward = _backward
    return out
