"""The root's gradient is set to 1 only if it is still 0.

A node may carry a gradient from an earlier backward pass in which it was not the root. As the root
it starts from 1 nevertheless. With fresh graphs it cannot be seen; it shows when y = a * b is used
in z, and z.backward() is followed by y.backward().

Hint: backward: level 2, the mathematics
Seen by: second_root_inside_the_first_graph
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
    if self.grad == 0:
        self.grad = 1.0
    for node in reversed(order):
        node._backward()
