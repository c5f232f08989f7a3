"""A negative input is mirrored to its positive value instead of becoming zero.

That is the absolute value: a V instead of a ramp. And since the result is then positive on both
sides, the gradient passes on both. With positive inputs it cannot be seen; it shows in a.relu()
with a = -2, which gives 2.

Hint: Forward pass
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(abs(self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
