"""The 1 for the root is added to the gradient that was there.

Adding is right for what arrives from others, but how the root moves with itself is 1, whatever an
earlier backward pass has left there. With fresh graphs it cannot be seen. It shows when y = a * b
is used in z, and z.backward() is followed by y.backward().

Hint: backward: level 2, the mathematics
Seen by: second_root_inside_the_first_graph
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    order = []
    visited = set()

    def visit(node: Value) -> None:
        if node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad += 1.0
    for node in reversed(order):
        node._backward()
