"""Every node's gradient is set to 1 on the way, because backward calls itself for the operands.

backward starts by treating its node as the root, and so every operand is treated as one too: what
it has received is replaced by 1. It cannot be seen in a + b, where everything is 1. It shows in a *
b with 2 and 3, where both gradients end up as 1.

Hint: backward: level 1, the idea
Seen by: one_operation
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    self._backward()
    for operand in self._prev:
        operand.backward()
