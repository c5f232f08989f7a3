"""The gate looks at the input's gradient instead of its value.

Whether relu lets the gradient through depends on which side of zero the input stands, and its
gradient does not say that. It is usually still 0, so the gate never opens. It shows in a.relu()
with a = 3, where a keeps 0.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (self.grad > 0) * out.grad

    out._backward = _backward
    return out
