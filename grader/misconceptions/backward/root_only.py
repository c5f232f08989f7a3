"""Only the root has its turn.

The root's operands receive their gradients, and there it stops: nobody passes them on. As long as
the operands are leaves that is enough. In a * b * c the leaves a and b keep 0.

Hint: backward: level 1, the idea
Seen by: zero_and_negative_numbers_on_the_way
Twin: inputs_first
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    self._backward()
