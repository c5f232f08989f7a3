"""The recursion is allowed to go deeper than usual, and the limit is put back."""

from __future__ import annotations

import sys

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

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        visit(self)
    finally:
        sys.setrecursionlimit(limit)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
