"""The gradient passes for negative inputs and is stopped for positive ones.

The data are right, but in the backward pass the comparison points the wrong way. It shows in
a.relu(): with a = 3 the gradient is 0, with a = -2 it is 1.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (self.data < 0) * out.grad

    out._backward = _backward
    return out
