"""The walk never takes a node off its list, so it never ends.

The loop runs until the list is empty, but it only looks at the first node and leaves it there. From
the second round on nothing changes any more. It shows with every graph, even a single leaf.

Hint: Topological order
Seen by: root_has_gradient_one
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    visited = set()
    todo = [self]
    while todo:
        node = todo[0]
        if node not in visited:
            visited.add(node)
            node._backward()
            todo.extend(node._prev)
