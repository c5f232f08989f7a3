"""A positive input's gradient is overwritten instead of added to.

The input can be used in more than one place, and every use has its say in its gradient. Here an
open gate wipes out what was there, while a closed one leaves it alone. It shows in a.relu() +
a.relu() with a = 2, which gives 1.

Hint: Accumulation
Seen by: operand_used_in_several_places
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        if self.data > 0:
            self.grad = out.grad

    out._backward = _backward
    return out
