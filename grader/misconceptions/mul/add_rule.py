"""The gradient follows the rule of a sum, not of a product.

The gradient is handed on unchanged, which is how a sum behaves. A step of one operand moves a
product further the larger its partner is. It shows in a * b with 2 and 3, where both gradients come
out as 1.

Hint: mul: level 2, the mathematics
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
