"""The value of the input is used as the slope.

The input's data says where relu is read, not how steep it is there. It comes out right only at
exactly 1 and at 0. It shows in a.relu() with a = 3, and with a = -2 the gradient even turns
negative.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += self.data * out.grad

    out._backward = _backward
    return out
