"""The gradient that arrives at the result is left out.

The slope of relu is right, and if relu is the root itself it is all there is. But further on in the
graph the result may be scaled again, and that is lost here. It shows in 3 * a.relu() with a = 2,
which gives 1.

Hint: Chain rule
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad += 1.0 if out.data > 0 else 0.0

    out._backward = _backward
    return out
