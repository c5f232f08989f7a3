"""The function _backward is called when it is stored, so that its result is stored instead.

The function runs at once, in the forward pass, when no gradient has arrived yet, and what is kept
is what it returned: None. The data are all right. The trouble comes with backward(), which tries to
call None, in a.relu() and in anything else.

Hint: relu: level 1, the idea
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward()
    return out
