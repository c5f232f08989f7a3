"""The rule is an object of a class of its own, made with dataclass, that can be called."""

from __future__ import annotations

from dataclasses import dataclass

from .value import Number, Value


@dataclass(eq=False)
class ProductRule:
    left: Value
    right: Value
    out: Value

    def __call__(self) -> None:
        self.left.grad += self.right.data * self.out.grad
        self.right.grad += self.left.data * self.out.grad


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    out._backward = ProductRule(self, other, out)
    return out
