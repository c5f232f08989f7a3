"""The gradient is subtracted instead of added.

The gate is right and the sign is not: right of zero relu rises with its input. It looks a little
like the update step of training, which does go against the gradient, but that comes later and
elsewhere. It shows in a.relu() with a = 3, which gives -1.

Hint: relu: level 2, the mathematics
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad -= (out.data > 0) * out.grad

    out._backward = _backward
    return out
