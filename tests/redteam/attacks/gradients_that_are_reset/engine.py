"""A backward() that forgets what was there before, as if that were its own choice."""

import sys

right_backward = Value.backward


def backward(self):
    waiting, seen = [self], set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            node.grad = 0.0
            waiting += node._prev
    right_backward(self)


Value.backward = backward
