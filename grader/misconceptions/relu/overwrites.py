"""The gradient overwrites what was there instead of adding to it.

The input can be used in more than one place, and every use has its say in its gradient. Here relu
wipes out what was there, even where it has nothing to give. With a.relu() alone it cannot be seen;
it shows in a.relu() + a.relu(), or in a.relu() + a.

Hint: Accumulation
Seen by: operand_used_in_several_places
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,), "relu")

    def _backward() -> None:
        self.grad = (out.data > 0) * out.grad

    out._backward = _backward
    return out
