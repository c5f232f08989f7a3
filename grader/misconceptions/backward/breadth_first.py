"""The nodes have their turn in order of their distance from the root.

A node may be reached by a short path and by a long one. By the short one it has its turn early, and
what comes along the long one is never passed on. It shows in m + m * 3 with m = a * b, where the
paths to m are not equally long.

Hint: Topological order
Seen by: node_used_twice_waits_for_both
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    queue = [self]
    visited = {self}
    while queue:
        node = queue.pop(0)
        node._backward()
        for operand in node._prev:
            if operand not in visited:
                visited.add(operand)
                queue.append(operand)
