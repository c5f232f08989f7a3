"""The slope for a negative input is -1 instead of flat.

The data are right, but the gradient is that of the absolute value. Left of zero the result does not
move at all, neither up nor down. It shows in a.relu() with a = -2, which gives -1 where it should
be 0.

Hint: relu: level 2, the mathematics
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (1 if self.data > 0 else -1) * out.grad

    out._backward = _backward
    return out
