"""A node has its turn when it comes off the stack, even if others who use it are still waiting.

A stack takes what was put on it last, and that has nothing to do with whether a node's gradient is
complete. What arrives after its turn is never passed on. In trees it cannot be seen; it shows when
m = a * b is used on two levels, as in m * 3 + m.

Hint: Topological order
Seen by: node_used_twice_waits_for_both
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    self.grad = 1.0
    stack = [self]
    visited = {self}
    while stack:
        node = stack.pop()
        node._backward()
        for operand in node._prev:
            if operand not in visited:
                visited.add(operand)
                stack.append(operand)
