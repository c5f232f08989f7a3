"""The root's gradient is set to its own value.

Where the root stands has nothing to do with how it moves with itself. All gradients come out too
large by the same factor, the root's value. Where that is 1 it cannot be seen; it shows in a + b
with 2 and 3.

Hint: backward: level 2, the mathematics
Seen by: root_has_gradient_one
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
    self.grad = self.data
    for node in reversed(order):
        node._backward()
