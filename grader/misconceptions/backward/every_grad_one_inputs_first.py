"""Every node's gradient starts at 1, and the nodes have their turn from the inputs up.

Two things go wrong at once: the 1 belongs to one node only, and a node has its turn before its own
gradient has arrived. Since nobody starts from 0, plausible numbers come out. The first shows in a *
b, the second in a * b * c.

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
    for node in order:
        node._backward()
