"""All gradients are set to 0 before the pass, the leaves' too.

Gradients add up over several backward passes; clearing them is a step of its own, which the caller
takes when it is wanted. With one backward pass it cannot be seen. It shows in two graphs over the
same leaves: what the first one gave is gone.

Hint: Accumulation
Seen by: gradients_accumulate_over_two_graphs
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
    for node in order:
        node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
