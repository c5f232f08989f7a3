"""The list of nodes is a default argument, which all calls share.

Python makes a default argument once, not once per call, so the nodes of earlier calls are still in
the list and have their turn again. The first backward pass is right. It shows in two graphs over
the same leaves: the leaves receive the first graph's share a second time.

Hint: Topological order
Seen by: gradients_accumulate_over_two_graphs
"""

from __future__ import annotations

from .value import Value


def backward(self: Value, order: list[Value] = []) -> None:
    visited = set()

    def visit(node: Value) -> None:
        if node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
