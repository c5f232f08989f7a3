"""The gate opens only above 1.

The data are right, but the gradient is held back for inputs between 0 and 1, where relu is already
rising. With whole numbers from 2 up it cannot be seen. It shows in a.relu() with a = 0.5.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 1) * out.grad

    out._backward = _backward
    return out
