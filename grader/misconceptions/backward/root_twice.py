"""The root has two turns.

It hands its gradient on before the loop, and in the loop once more, since it is one of the nodes
too. Every gradient comes out twice as large. It shows in a + b, where both are 2.

Hint: backward: level 2, the mathematics
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
    self.grad = 1.0
    self._backward()
    for node in reversed(order):
        node._backward()
