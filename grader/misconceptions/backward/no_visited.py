"""The walk does not notice that it has been at a node before.

A node that is used twice is reached twice, has two turns, and at the second passes on again what it
had passed on at the first. The number of turns can double with every level, so larger graphs take
forever. It shows in m + m with m = a * b.

Hint: Topological order
Seen by: gradient_reaches_leaves_through_several_operations
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0

    def visit(node: Value) -> None:
        node._backward()
        for operand in node._prev:
            visit(operand)

    visit(self)
