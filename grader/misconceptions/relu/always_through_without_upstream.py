"""The input receives 1, whatever its sign and whatever arrives at the result.

Two things are missing: the gate, which is closed for negative inputs, and what arrives from further
on in the graph. With a.relu() and a = 2 neither shows. Try a = -2 for the first and 3 * a.relu()
for the second.

Hint: relu: level 1, the idea
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += 1.0

    out._backward = _backward
    return out
