"""A negative input leaks through with a small slope.

That is the leaky relu, a useful relative, but not the function asked for. With positive inputs it
cannot be seen. It shows in a.relu() with a = -2, which gives -0.02 where it should be 0.

Hint: relu: level 1, the idea
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    slope = 1 if self.data > 0 else 0.01
    out = Value(slope * self.data, (self,), "relu")

    def _backward() -> None:
        self.grad += slope * out.grad

    out._backward = _backward
    return out
