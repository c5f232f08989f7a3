"""The value of the result is used as the slope.

The result's data says how high relu has got, not how steep it is. The two agree for negative inputs
and at exactly 1. It shows in a.relu() with a = 3, which gives 3 where it should be 1.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += out.data * out.grad

    out._backward = _backward
    return out
