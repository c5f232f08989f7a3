"""The gradient is let through whatever the sign of the input.

Where the input is negative the result is 0 and stays 0 when the input moves a little, so nothing
should get back to it. With positive inputs it cannot be seen. It shows in a.relu() with a = -2,
which gives 1 where it should be 0.

Hint: relu: level 2, the mathematics
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += out.grad

    out._backward = _backward
    return out
