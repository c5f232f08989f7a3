"""Only the root and its operands have their turn.

The graph can be deeper than that: operands have operands too, down to the leaves. One level down
everything looks right. It shows in (a * b + c) * d, where a and b keep 0.

Hint: backward: level 1, the idea
Seen by: gradient_reaches_leaves_through_several_operations
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    self._backward()
    for operand in self._prev:
        operand._backward()
