"""Exercise 5: backward. Sends the gradient from a root to everything it was computed from.

Order:       a node's _backward() may run only when every node that uses it has had its turn.
Chain rule:  start with d root/d root = 1; each _backward() then adds its share to its operands.

Grade it:  grader grade --exercise backward, or make grade EX=backward        Stuck?  HINTS.md, backward
"""

from __future__ import annotations

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .value import Value


def backward(self: Value) -> None:
    """Add d(self)/d(node) to the grad of every node that self was computed from."""
    # TODO 1: Walk the graph from self through _prev; visit each node once, however many paths lead to it.
    # TODO 2: List each node after its operands: that is a topological order.
    # TODO 3: Seed: the derivative of self with respect to itself.
    # TODO 4: Call _backward() of each node, from self towards the leaves. Reset no gradient.
    raise NotImplementedError("backward: TODO 1 to 4")
