"""Only the last operand of each node is followed.

That is a walk down one side of the graph. Whatever was computed on the other side receives its
gradient and never passes it on. It shows in a * b + c, where a and b keep 0.

Hint: backward: level 1, the idea
Seen by: gradient_reaches_leaves_through_several_operations
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    self._backward()
    node = self
    while node._prev:
        node = node._prev[-1]
        node._backward()
