"""The gradient is let through for every input, and it overwrites what was there.

Two things go wrong at once: the gate is never closed, and each use of the input wipes out what
another use had left. Try a.relu() with a = -2 for the first, and a.relu() + a.relu() with a = 2 for
the second.

Hint: relu: level 1, the idea
Seen by: gradient_stops_where_negative
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad = out.grad

    out._backward = _backward
    return out
