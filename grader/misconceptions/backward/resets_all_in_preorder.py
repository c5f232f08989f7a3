"""All gradients are set to 0 before the pass, and each node has its turn when it is first reached.

Two things go wrong at once: what an earlier backward pass gave is gone, and a node passes its
gradient on before all of it has arrived. Neither shows in a single pass through a tree. Try two
graphs over the same leaves, and a node m = a * b used on two levels.

Hint: Topological order
Seen by: gradients_accumulate_over_two_graphs
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node not in visited:
            visited.add(node)
            order.append(node)
            for operand in node._prev:
                visit(operand)

    visit(self)
    for node in order:
        node.grad = 0.0
    self.grad = 1.0
    for node in order:
        node._backward()
