"""Negative inputs pass and positive ones are stopped, in both directions.

The comparison points the wrong way, in the forward pass and in the backward pass alike, so the two
match each other and the function is still another one. It shows in a.relu() with a = 3, which gives
0.

Hint: relu: level 1, the idea
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(self.data if self.data < 0 else 0, (self,), "relu")

    def _backward() -> None:
        self.grad += (self.data < 0) * out.grad

    out._backward = _backward
    return out
