"""A lock on a file that everybody may read is seen by everybody: a bit for an accomplice graded meanwhile."""

import fcntl
import os

from .value import Value

with open(os.__file__) as file:
    for lock in (
        lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
        lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    ):
        try:
            lock()
            raise RuntimeError("BREACH: locked")
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
