"""Each node has its turn when it is first reached, not when all who use it are done.

A node that is used in two places then passes on only what the first has sent; what the second sends
comes too late. In trees, and in a + a, it cannot be seen. It shows when m = a * b is used on two
levels, as in m + m * 3 and m * 3 + m, one of which comes out wrong.

Hint: Topological order
Seen by: node_used_twice_waits_for_both
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    visited = set()

    def visit(node: Value) -> None:
        visited.add(node)
        node._backward()
        for operand in node._prev:
            if operand not in visited:
                visit(operand)

    visit(self)
