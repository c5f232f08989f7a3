"""A node times itself is treated as a square, with one operand."""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    if self is other:
        out = Value(self.data**2, (self,), "square")

        def _backward() -> None:
            self.grad += 2 * self.data * out.grad

    else:
        out = Value(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

    out._backward = _backward
    return out
