"""The root's gradient is never set.

Each node multiplies what arrives at it, and at the root nothing ever arrives: it is where
everything starts. From 0 only 0 can come. It shows everywhere, even with a leaf as the root.

Hint: backward: level 1, the idea
Seen by: root_has_gradient_one
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    for node in reversed(order):
        node._backward()
