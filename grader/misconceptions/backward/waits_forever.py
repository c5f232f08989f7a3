"""Uses are counted one way and ticked off another, so some nodes never have their turn.

A node that one and the same operation uses twice is counted twice, but ticked off once when that
operation is done. It goes on waiting for a use that never comes. It shows in m + m with m = a * b,
where a and b keep 0.

Hint: Topological order
Seen by: gradient_reaches_leaves_through_several_operations
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
        for operand in node._prev:
            uses[operand] += 1
    self.grad = 1.0
    ready = [self]
    while ready:
        node = ready.pop()
        node._backward()
        for operand in dict.fromkeys(node._prev):
            uses[operand] -= 1
            if uses[operand] == 0:
                ready.append(operand)
