"""All nodes of a level have their turn, then all their operands, so some nodes have several turns.

A node that can be reached by paths of different length belongs to several levels. At each it passes
on everything it has, including what it had passed on already. In trees it cannot be seen; it shows
in m + m * 3 with m = a * b.

Hint: Topological order
Seen by: node_used_twice_waits_for_both
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    level = [self]
    while level:
        for node in level:
            node._backward()
        level = list(dict.fromkeys(operand for node in level for operand in node._prev))
