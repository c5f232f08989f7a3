"""A node is dropped from the order when one of its operands has been seen before.

Meeting an operand again only means that there is nothing to do for that operand. Here it ends the
visit of the node that uses it, which then never has its turn. In trees it cannot be seen; in a + a
even the root is missing.

Hint: Topological order
Seen by: one_operation
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        visited.add(node)
        for operand in node._prev:
            if operand in visited:
                return
            visit(operand)
        order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
