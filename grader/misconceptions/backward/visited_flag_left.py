"""A mark is left on every node and still there at the next call.

The first backward pass is right. At the second, all nodes it meets again are marked as visited, so
it walks past them. It shows when all gradients are set to 0 and backward() is called once more: the
leaves keep 0.

Hint: Topological order
Seen by: again_after_setting_gradients_to_zero
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []

    def visit(node: Value) -> None:
        if not hasattr(node, "visited"):
            node.visited = True
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
