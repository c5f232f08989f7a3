"""The result is not allowed to rise above 1.

relu has a floor and no ceiling. Small inputs come out right, and negative ones too. It shows in
a.relu() with a = 3, which gives 1.

Hint: Forward pass
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(min(max(0, self.data), 1), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
