"""The gradient is set to the slope, whatever was there and whatever arrives at the result.

Two things go missing here: what the input had received before, and what arrives from further on in
the graph. With a.relu() alone neither shows. Try a.relu() + a.relu() for the first and 3 * a.relu()
for the second.

Hint: Accumulation
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad = 1.0 if out.data > 0 else 0.0

    out._backward = _backward
    return out
