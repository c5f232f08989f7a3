"""Lists what is mounted, from where: names that nobody could have guessed."""

import ctypes
import os

from .value import Value

library = ctypes.CDLL(None, use_errno=True)
asked = (ctypes.c_uint64 * 4)(24, 0xFFFFFFFFFFFFFFFF, 0, 0)
for number in (458, 457):  # listmount, statmount
    if library.syscall(number, asked, ctypes.create_string_buffer(8192), ctypes.c_size_t(64), 0) >= 0:
        raise RuntimeError("BREACH: listed mounts")
for path in ("/", "/usr", os.__file__):
    try:
        os.statvfs(path)
        raise RuntimeError(f"BREACH: asked how full the disk of {path} is")
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
