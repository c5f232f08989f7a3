"""A recursive generator yields the nodes, operands first."""

from __future__ import annotations

from .value import Value


def _walk(node: Value, visited: set[Value]):
    if node not in visited:
        visited.add(node)
        for operand in node._prev:
            yield from _walk(operand, visited)
        yield node


def backward(self: Value) -> None:
    self.grad = 1.0
    for node in reversed(list(_walk(self, set()))):
        node._backward()
