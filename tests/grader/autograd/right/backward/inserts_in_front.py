"""Each finished node is put at the front of a deque, so nothing needs to be reversed."""

from __future__ import annotations

from collections import deque

from .value import Value


def backward(self: Value) -> None:
    order = deque()
    visited = {}

    def visit(node: Value) -> None:
        visited[node] = True
        for operand in reversed(node._prev):
            if operand not in visited:
                visit(operand)
        order.appendleft(node)

    visit(self)
    self.grad = 1.0
    for node in order:
        node._backward()
