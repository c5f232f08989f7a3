"""The gradient is set to the local derivative, whatever was there and whatever arrives at the result.

Two things go missing here: what the base had received before, and what arrives from further on in
the graph. With a ** 2 alone neither shows. Try a ** 2 + a ** 3 for the first and 3 * a ** 2 for the
second.

Hint: Accumulation
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    out = Value(self.data**exponent, (self,), f"**{exponent}")

    def _backward() -> None:
        self.grad = exponent * self.data ** (exponent - 1)

    out._backward = _backward
    return out
