"""Nodes are told apart by their values.

Two nodes can hold the same number and still be two nodes. The second is taken for the first and
never has its turn. With all values different it cannot be seen; it shows in a * b + c * d with 2,
6, 3 and 4, where both products are 12.

Hint: Topological order
Seen by: zero_and_negative_numbers_on_the_way
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node.data not in visited:
            visited.add(node.data)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
