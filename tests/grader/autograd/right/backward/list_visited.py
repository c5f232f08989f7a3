"""The finished order itself tells which nodes have been visited."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []

    def build(node: Value) -> None:
        if node in order:
            return
        for operand in node._prev:
            build(operand)
        order.append(node)

    build(self)
    self.grad = 1.0
    while order:
        order.pop()._backward()
