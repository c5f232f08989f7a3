"""The function _backward is written for positive inputs only, but always stored.

For a negative input there is no such function at the moment it is to be stored. With positive
inputs everything works. It shows in a.relu() with a = -2, which stops with an UnboundLocalError.

Hint: relu: level 3, almost code
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    if self.data > 0:

        def _backward() -> None:
            self.grad += out.grad

    out._backward = _backward
    return out
