"""The result's gradient is read in the forward pass, when it is still 0.

While the sum is being computed nothing has arrived from further on; that happens much later, in the
backward pass. The value remembered here is therefore 0 for good. All data are right and the
operands of a + b keep 0.

Hint: Chain rule
Seen by: same_operand_twice
Twin: closure_never_stored
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    upstream = out.grad

    def _backward() -> None:
        self.grad += upstream
        other.grad += upstream

    out._backward = _backward
    return out
