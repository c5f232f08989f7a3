"""The root has no turn itself.

Everything starts with the root handing its 1 on to its operands. When it does not, all others have
their turn with nothing to pass on. It shows everywhere but with a leaf as the root: all leaves of a
+ b keep 0.

Hint: backward: level 1, the idea
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
    for node in reversed(order[:-1]):
        node._backward()
