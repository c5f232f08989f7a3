"""A backward() that forgets what was there before, as if that were its own choice."""

import sys

right_backward = Value.backward


def backward(self):
    nodes = [self]
    for node in nodes:
        node.grad = 0.0
        nodes += node._prev
    right_backward(self)


Value.backward = backward
