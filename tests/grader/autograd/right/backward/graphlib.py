"""The order comes from graphlib in the standard library."""

from __future__ import annotations

from graphlib import TopologicalSorter

from .value import Value


def backward(self: Value) -> None:
    operands = {}
    todo = [self]
    while todo:
        node = todo.pop()
        if node not in operands:
            operands[node] = node._prev
            todo.extend(node._prev)
    self.grad = 1.0
    for node in reversed(list(TopologicalSorter(operands).static_order())):
        node._backward()
