"""The function _backward is stored in the first operand instead of the result.

The operand loses its own rule and gets that of the sum; the next sum it takes part in replaces it
again. With a + b alone it happens to come out right. In a * b + c the product forgets how to pass
its gradient on, and in (a + b) * (a + c) only one of the sums is heard.

Hint: Graph
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

    self._backward = _backward
    return out
