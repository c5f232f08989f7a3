"""The result is 1 for every positive input.

That is the step function, or the slope of relu taken for relu itself. How far above zero the input
stands gets lost. It shows in a.relu() with a = 3, which gives 1.

Hint: Forward pass
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(1 if self.data > 0 else 0, (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
