"""A negative input receives a small part of the gradient.

The data are those of relu, the slope is that of the leaky relu: left of zero the result does not
move at all, not even a little. With positive inputs it cannot be seen. It shows in a.relu() with a
= -2, which gives 0.01 where it should be 0.

Hint: relu: level 2, the mathematics
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (1 if self.data > 0 else 0.01) * out.grad

    out._backward = _backward
    return out
