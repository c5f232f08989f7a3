"""Each operand receives its own value, whatever gradient arrives at the result.

Two things are mixed up here: whose value counts, and what happens further on in the graph. In a * a
alone neither can be seen. Try a * b with 2 and 3 for the first, and (a * a) * 3 for the second.

Hint: mul: level 2, the mathematics
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += self.data
        other.grad += other.data

    out._backward = _backward
    return out
