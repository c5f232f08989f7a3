"""The gradient that arrives at the result is left out.

The power rule is right, and if the power is the root itself it is all there is. But further on in
the graph the result may be scaled again, and that is lost here. It shows in 3 * a ** 2, where a
does not notice the 3.

Hint: Chain rule
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad += exponent * self.data ** (exponent - 1)

    out._backward = _backward
    return out
