"""Hints and attributes stay with a file that may only be read, and tell the next submission something."""

import fcntl
import os
import struct

from .value import Value

for name in (os.__file__, "/dev/null"):
    handle = os.open(name, os.O_RDONLY)
    for what in (
        lambda: fcntl.fcntl(handle, 1035, struct.pack("Q", 0)),
        lambda: fcntl.fcntl(handle, 1036, struct.pack("Q", 5)),
        lambda: fcntl.fcntl(handle, 1038, struct.pack("Q", 5)),
        lambda: fcntl.ioctl(handle, 0x40086602, struct.pack("q", 0x80000 | 0x40)),
        lambda: fcntl.ioctl(handle, 0x401C5820, bytes(28)),
        lambda: fcntl.fcntl(handle, fcntl.F_NOTIFY, fcntl.DN_ACCESS),
    ):
        try:
            what()
            raise RuntimeError(f"BREACH: marked or read a mark of {name}")
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
