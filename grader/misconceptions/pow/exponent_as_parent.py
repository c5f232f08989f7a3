"""The exponent, a plain number, is recorded as an operand.

backward() follows the recorded operands from node to node, and here it meets a plain number, which
leads nowhere. The data are all right. Any backward pass through a ** 2 stops with an
AttributeError.

Hint: Graph
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self, exponent), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out
