"""The product is computed by adding the first operand again and again.

Adding a number three times is the same as multiplying it by 3, but nothing can be added half a time
or -2 times. With whole numbers from 0 up on the right it works. It shows in a * b with b = 0.5, and
in -a, which is a * -1.

Hint: Forward pass
Seen by: minus_and_division_build_on_it
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    total = 0
    for _ in range(int(other.data)):
        total += self.data
    out = Value(total, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
