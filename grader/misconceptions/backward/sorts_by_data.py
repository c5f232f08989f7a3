"""The nodes have their turn in order of their values, the largest first.

With positive numbers a result is often larger than its operands, but that is luck, not a rule: a
product with 0.5 or a negative number is smaller. It shows in (a * b) * c with 2, 3 and 0.5, where
the product has its turn before the root.

Hint: Topological order
Seen by: zero_and_negative_numbers_on_the_way
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
    for node in sorted(order, key=lambda node: node.data, reverse=True):
        node._backward()
