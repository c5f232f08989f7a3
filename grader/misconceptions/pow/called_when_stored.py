"""The function _backward is called when it is stored, so that its result is stored instead.

The function runs at once, in the forward pass, when no gradient has arrived yet, and what is kept
is what it returned: None. The data are all right. The trouble comes with backward(), which tries to
call None, in a ** 2 and in anything else.

Hint: pow: level 1, the idea
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward()
    return out
