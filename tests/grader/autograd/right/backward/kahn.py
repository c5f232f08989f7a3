"""The uses of each node are counted, and a node has its turn when none is left."""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    uses = {self: 0}
    todo = [self]
    while todo:
        for operand in todo.pop()._prev:
            if operand not in uses:
                uses[operand] = 0
                todo.append(operand)
            uses[operand] += 1
    self.grad = 1.0
    ready = [self]
    while ready:
        node = ready.pop()
        node._backward()
        for operand in node._prev:
            uses[operand] -= 1
            if uses[operand] == 0:
                ready.append(operand)
