"""A negative input's gradient is set to 0.

A closed gate gives nothing to its input, but it should not take away what the input received
elsewhere. With a.relu() alone it cannot be seen. It shows when a negative input is used again, as
in a + a.relu() with a = -2.

Hint: Accumulation
Seen by: operand_used_in_several_places
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        if self.data > 0:
            self.grad += out.grad
        else:
            self.grad = 0.0

    out._backward = _backward
    return out
