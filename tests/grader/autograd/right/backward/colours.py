"""The nodes are coloured white, grey and black on an explicit stack."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    white, grey, black = 0, 1, 2
    colour = {}
    order = []
    stack = [self]
    while stack:
        node = stack[-1]
        if colour.get(node, white) == white:
            colour[node] = grey
            stack.extend(operand for operand in node._prev if colour.get(operand, white) == white)
        else:
            stack.pop()
            if colour[node] == grey:
                colour[node] = black
                order.append(node)
    self.grad = 1.0
    for node in order[::-1]:
        node._backward()
