"""The result does not record the operand it was computed from.

The result knows how to hand its gradient on, but backward() finds its way by the recorded operands
and sees none here, so it goes no further. In a.relu() alone the leaf still gets its share. In (a +
b).relu() with a positive sum the sum is never reached, and a and b keep 0.

Hint: Graph
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data))

    def _backward() -> None:
        self.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out
