"""Uses are counted per node that uses, in a queue, with nodes told apart by id."""

from __future__ import annotations

from collections import Counter, deque

from .value import Value


def backward(self: Value) -> None:
    nodes = {}
    todo = deque([self])
    while todo:
        node = todo.popleft()
        if id(node) not in nodes:
            nodes[id(node)] = node
            todo.extend(node._prev)
    users = Counter(key for node in nodes.values() for key in {id(operand) for operand in node._prev})
    self.grad = 1.0
    ready = deque([self])
    while ready:
        node = ready.popleft()
        node._backward()
        for key in {id(operand) for operand in node._prev}:
            users[key] -= 1
            if not users[key]:
                ready.append(nodes[key])
