"""Data and gradient are those of the absolute value.

The two match each other, so it would stand up to a comparison with small steps, but it is another
function: it turns a negative input round instead of stopping it. With positive inputs it cannot be
seen. It shows in a.relu() with a = -2, which gives 2.

Hint: relu: level 1, the idea
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(abs(self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (1 if self.data > 0 else -1) * out.grad

    out._backward = _backward
    return out
