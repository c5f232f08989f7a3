"""A node used twice by one operation is counted once and ticked off twice, so it has its turn too early.

The second tick belongs to another use that is still to come, and what that one sends is never
passed on. As long as nobody else uses the node, nothing is lost. It shows in m * 3 + (m + m) with m
= a * b.

Hint: Topological order
Seen by: node_used_twice_waits_for_both
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
    uses = dict.fromkeys(order, 0)
    for node in order:
        for operand in dict.fromkeys(node._prev):
            uses[operand] += 1
    self.grad = 1.0
    ready = [self]
    while ready:
        node = ready.pop()
        node._backward()
        for operand in node._prev:
            uses[operand] -= 1
            if uses[operand] == 0:
                ready.append(operand)
