"""Waits and wakes at a place in a file that two submissions have mapped, which says words exactly."""

import ctypes
import mmap
import os

from .value import Value

library = ctypes.CDLL(None, use_errno=True)
library.mmap.restype = ctypes.c_void_p
library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
handle = os.open(os.__file__, os.O_RDONLY)
place = library.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, handle, 0)
number = {"x86_64": 202, "aarch64": 98}[os.uname().machine]
for operation in (0, 1, 3, 4, 5, 9, 10, 256, 9 | 256):
    ctypes.set_errno(0)
    library.syscall(number, ctypes.c_void_p(place), operation, 0, bytes(16), None, 1)
    if ctypes.get_errno() != 1:
        raise RuntimeError(f"BREACH: futex {operation} gave {ctypes.get_errno()}")
for number in (449, 454, 455, 456):  # the newer ways to wait and wake
    ctypes.set_errno(0)
    library.syscall(number, ctypes.c_void_p(place), 1, 1, 2, None, 0)
    if ctypes.get_errno() != 1:
        raise RuntimeError(f"BREACH: {number} gave {ctypes.get_errno()}")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
