"""The nodes are sorted by their longest distance from the root."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    distance = {self: 0}
    todo = [self]
    while todo:
        node = todo.pop()
        for operand in node._prev:
            if distance.get(operand, -1) < distance[node] + 1:
                distance[operand] = distance[node] + 1
                todo.append(operand)
    self.grad = 1.0
    for node in sorted(distance, key=distance.get):
        node._backward()
