"""A node is listed once for every path that leads to it.

The order is sound, but a node that stands in it twice has two turns, and at the second passes on
everything again. The list can double with every level, so larger graphs take forever. It shows in m
+ m with m = a * b.

Hint: Topological order
Seen by: gradient_reaches_leaves_through_several_operations
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []

    def visit(node: Value) -> None:
        for operand in node._prev:
            visit(operand)
        order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
