"""The product is cut to a whole number.

Everything after the decimal point is dropped in the forward pass, while the gradients are those of
the exact product. With whole numbers it cannot be seen. It shows in a * b with 0.5 and 3, which
gives 1.

Hint: Forward pass
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(int(self.data * other.data), (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
