"""Every node's gradient starts at 1, not only the root's.

Only of the root do we know from the start how it moves with itself. All others get a 1 too many,
and pass it on. It shows in a * b with 2 and 3, where the gradients come out as 4 and 3.

Hint: backward: level 1, the idea
Seen by: one_operation
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
    for node in order:
        node.grad = 1.0
    for node in reversed(order):
        node._backward()
