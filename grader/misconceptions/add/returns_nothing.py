"""The function ends without returning the result.

All the work is done and then thrown away: a function without a return gives None. The first thing
that happens to a + b afterwards stops with an AttributeError about NoneType.

Hint: add: level 3, almost code
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
