"""The gate looks at the sign of the gradient that arrives instead of the input's value.

A negative gradient is as good as a positive one, and an input below zero is closed to both. With
positive inputs and a positive gradient it cannot be seen. It shows in a.relu() with a = -2, and in
-a.relu() with a = 3.

Hint: relu: level 2, the mathematics
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.grad > 0) * out.grad

    out._backward = _backward
    return out
