"""The input itself is set to zero when it is negative.

relu makes a new node; the input keeps its number, because other parts of the graph may use it too.
With positive inputs it cannot be seen. It shows in a.relu() with a = -2: the data of a is 0
afterwards.

Hint: Forward pass
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    self.data = max(0, self.data)
    out = Value(self.data, (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
