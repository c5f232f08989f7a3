"""The order is found by a recursive function at module level, and the seed is an int."""

from __future__ import annotations

from .value import Value


def _collect(node: Value, visited: set[int], order: list[Value]) -> list[Value]:
    visited.add(id(node))
    for operand in node._prev:
        if id(operand) not in visited:
            _collect(operand, visited, order)
    order.append(node)
    return order


def backward(self: Value) -> None:
    self.grad = 1
    for node in _collect(self, set(), [])[::-1]:
        node._backward()
