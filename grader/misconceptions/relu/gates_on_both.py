"""Only positive gradients are let through.

The gate looks at the input, which is right, and at the gradient that arrives as well. relu cuts off
negative inputs, not negative gradients. It shows in -a.relu() with a = 3, which gives 0 where it
should be -1.

Hint: Chain rule
Seen by: upstream_gradient_is_passed_on
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        if out.data > 0 and out.grad > 0:
            self.grad += out.grad

    out._backward = _backward
    return out
