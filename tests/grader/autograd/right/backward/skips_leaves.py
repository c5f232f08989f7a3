"""Leaves are left out of the order, since they have nothing to hand on."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node in visited or not node._prev:
            return
        visited.add(node)
        for operand in set(node._prev):
            visit(operand)
        order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
