"""Shared memory, queues and keys outlive the process that made them."""

import ctypes
import os

from .value import Value

NUMBERS = {
    "x86_64": dict(shmget=29, semget=64, msgget=68, mq_open=240, add_key=248, memfd=319),
    "aarch64": dict(shmget=194, semget=190, msgget=186, mq_open=180, add_key=217, memfd=279),
}[os.uname().machine]
library = ctypes.CDLL(None)
made = {
    "shmget": library.syscall(NUMBERS["shmget"], 0x5EED, 4096, 0o1600),
    "semget": library.syscall(NUMBERS["semget"], 0x5EED, 1, 0o1600),
    "msgget": library.syscall(NUMBERS["msgget"], 0x5EED, 0o1600),
    "mq_open": library.syscall(NUMBERS["mq_open"], b"word-for-mul", os.O_CREAT | os.O_RDWR, 0o600, None),
    "add_key": library.syscall(NUMBERS["add_key"], b"user", b"word", b"for mul", 7, -4),
    "memfd": library.syscall(NUMBERS["memfd"], b"word", 0),
}
if any(number >= 0 for number in made.values()):
    raise RuntimeError(f"BREACH: {made}")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
