"""For the second operand, the first one's gradient is used instead of its value.

The first line is right, the second reads the wrong field: a gradient where a value is meant. The
first operand has just received its share, so a plausible number comes out. It shows in a * b with 2
and 3, where b gets 3 instead of 2.

Hint: mul: level 2, the mathematics
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.grad * out.grad

    out._backward = _backward
    return out
