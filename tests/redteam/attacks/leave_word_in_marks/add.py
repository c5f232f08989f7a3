"""Modes, times, owners and attributes of files can be read by the next one, and can do harm."""

import os

from .value import Value

for place in ("/dev/null", "/dev/urandom", os.__file__, os.path.dirname(os.__file__), "/", *@CANARIES@):
    for mark in (
        lambda path: os.utime(path, ns=(1, 2)),
        lambda path: os.utime(path),
        lambda path: os.chmod(path, os.stat(path).st_mode & 0o777 | 0o111),
        lambda path: os.chown(path, os.getuid(), os.getgid()),
        lambda path: os.setxattr(path, "user.word", b"for mul"),
    ):
        try:
            mark(place)
            raise RuntimeError(f"BREACH: marked {place}")
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
