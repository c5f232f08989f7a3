"""The nodes are sorted by their height above the leaves."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    heights = {}

    def height(node: Value) -> int:
        if node not in heights:
            heights[node] = 1 + max((height(operand) for operand in node._prev), default=-1)
        return heights[node]

    height(self)
    self.grad = 1.0
    for node in sorted(heights, key=heights.get, reverse=True):
        node._backward()
