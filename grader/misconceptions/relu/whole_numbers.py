"""The result is cut to a whole number.

Everything after the decimal point is dropped in the forward pass, and an input below 1 is taken for
zero. With whole numbers it cannot be seen. It shows in a.relu() with a = 0.5, which gives 0.

Hint: Forward pass
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, int(self.data)), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
