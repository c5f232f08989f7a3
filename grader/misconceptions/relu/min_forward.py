"""The smaller of zero and the input is kept instead of the larger.

The wrong half survives: positive inputs become zero and negative ones pass. And since the result is
never positive, no gradient ever comes back. It shows in a.relu() with any a but 0.

Hint: Forward pass
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(min(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
