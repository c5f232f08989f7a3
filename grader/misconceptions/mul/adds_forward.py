"""The forward pass adds the operands.

The backward pass is that of a product, but the number computed is a sum, perhaps left over from the
exercise before. With 2 and 2 both are 4 and it cannot be seen. It shows in a * b with 2 and 3,
which gives 5.

Hint: Forward pass
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
