"""Exercise 5: backward. Sends the gradient from a root to everything it was computed from.

Order:       a node's _backward() may run only when every node that uses it has had its turn.
Chain rule:  start with d root/d root = 1; each _backward() then adds its share to its operands.

Grade it:  make grade EX=backward   Stuck?  HINTS.md, backward
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    """Add d(self)/d(node) to the grad of every node that self was computed from."""
    # begin solution
    # 1. Walk the graph from self through _prev; visit each node once, however many paths lead to it.
    order: list[Value] = []
    visited: set[Value] = set()
    stack = [(self, False)]
    while stack:
        node, operands_done = stack.pop()
        # 2. List each node after its operands: that is a topological order.
        if operands_done:
            order.append(node)
        elif node not in visited:
            visited.add(node)
            stack.append((node, True))
            stack.extend((operand, False) for operand in node._prev if operand not in visited)
    # 3. Seed: the derivative of self with respect to itself.
    self.grad = 1.0
    # 4. Call _backward() of each node, from self towards the leaves. Reset no gradient.
    for node in reversed(order):
        node._backward()
    # end solution
