"""The nodes have their turn from the inputs up to the root.

That is the order of the forward pass. Gradients travel the other way, and a node that has its turn
before its gradient has arrived has nothing to pass on. a * b is fine; in a * b * c the leaves a and
b keep 0.

Hint: Topological order
Seen by: zero_and_negative_numbers_on_the_way
Twin: root_only
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
    for node in order:
        node._backward()
