"""The function ends without returning the result.

All the work is done and then thrown away: a function without a return gives None. The first thing
that happens to a.relu() afterwards stops with an AttributeError about NoneType.

Hint: relu: level 3, almost code
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
