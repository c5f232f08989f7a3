"""The walk stops at nodes whose value is 0.

A node that holds 0 can still move, and what lies behind it moves it. In Python a number that is 0
counts as false, which is easily mistaken for "nothing there". It shows in (a - b) * c with a and b
equal, where a and b keep 0.

Hint: backward: level 1, the idea
Seen by: zero_and_negative_numbers_on_the_way
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node.data and node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
