"""Only the first operand of each node is followed.

That is a walk down one side of the graph. Whatever was computed on the other side receives its
gradient and never passes it on. Chains like a * b * c are fine; it shows in a + b * c, where b and
c keep 0.

Hint: backward: level 1, the idea
Seen by: zero_and_negative_numbers_on_the_way
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    self._backward()
    node = self
    while node._prev:
        node = node._prev[0]
        node._backward()
