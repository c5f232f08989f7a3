"""The walk takes the operands out of the nodes and so destroys the graph.

The first backward pass is right. After it no node knows its operands any more, so a second pass
gets no further than the root. It shows when all gradients are set to 0 and backward() is called
once more on a * b * c.

Hint: Graph
Seen by: again_after_setting_gradients_to_zero
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node not in visited:
            visited.add(node)
            operands = node._prev = list(node._prev)
            while operands:
                visit(operands.pop())
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
