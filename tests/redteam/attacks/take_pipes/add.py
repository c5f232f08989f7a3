"""Takes the room that all pipes of a user share; those who come later get the smallest ones, or none."""

import fcntl
import os
import socket

from .value import Value

for take in (os.pipe, socket.socketpair, lambda: os.eventfd(0), lambda: __import__("select").epoll()):
    try:
        taken = take()
        raise RuntimeError(f"BREACH: took {taken}")
    except (OSError, AttributeError):
        pass
try:
    fcntl.fcntl(0, 1031, 1 << 20)
    raise RuntimeError("BREACH: made a pipe larger")
except OSError:
    pass


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
