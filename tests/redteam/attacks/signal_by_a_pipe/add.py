"""The kernel signals whoever is named the owner of a descriptor, with any signal one likes."""

import fcntl
import os
import signal

from .value import Value

F_SETSIG = 10
try:
    reading, writing = os.pipe()
except OSError:
    reading, writing = 0, 1
for whom in (@GRADER@, os.getppid()):
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, whom)
        fcntl.fcntl(reading, F_SETSIG, signal.SIGSTOP)
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writing, b"x")
        raise RuntimeError("BREACH: a pipe signals for us")
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
