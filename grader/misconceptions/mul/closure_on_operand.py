"""The function _backward is stored in the second operand instead of the result.

The operand loses its own rule and gets that of the product; the next product it takes part in
replaces it again. With a * b alone it happens to come out right. In a * (b + c) the sum forgets how
to pass its gradient on, and in a * c + b * c only one of the products is heard.

Hint: Graph
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    other._backward = _backward
    return out
