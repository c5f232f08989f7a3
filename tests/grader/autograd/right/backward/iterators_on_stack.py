"""The stack holds each node with an iterator over its operands."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = {self}
    stack = [(self, iter(self._prev))]
    while stack:
        node, operands = stack[-1]
        operand = next(operands, None)
        if operand is None:
            order.append(node)
            stack.pop()
        elif operand not in visited:
            visited.add(operand)
            stack.append((operand, iter(operand._prev)))
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
