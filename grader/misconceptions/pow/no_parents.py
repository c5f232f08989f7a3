"""The result does not record the operand it was computed from.

The result knows how to hand its gradient on, but backward() finds its way by the recorded operands
and sees none here, so it goes no further. In a ** 2 alone the leaf still gets its share. In (a + b)
** 2 the sum is never reached, and a and b keep 0.

Hint: Graph
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent)

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
