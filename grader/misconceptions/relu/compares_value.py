"""Zero is compared with the Value instead of the number it holds.

Python does not know whether a Value is larger than 0; only its data can be compared. Any a.relu()
stops with a TypeError.

Hint: Forward pass
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
