"""The rule is a lambda with default arguments."""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")
    out._backward = lambda a=self, b=out: setattr(a, "grad", a.grad + (b.grad if b.data > 0 else 0))
    return out
