import ctypes
import os

from .value import Value

NUMBERS = {
    "x86_64": dict(ptrace=101, readv=310, writev=311, pidfd_open=434, getfd=438, kcmp=312),
    "aarch64": dict(ptrace=117, readv=270, writev=271, pidfd_open=434, getfd=438, kcmp=272),
}[os.uname().machine]
ATTACH, SEIZE = 16, 0x4206
library = ctypes.CDLL(None)
room = ctypes.create_string_buffer(64)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(room), 8)
for whom in (@GRADER@, os.getppid()):
    handle = library.syscall(NUMBERS["pidfd_open"], whom, 0)
    done = [
        library.syscall(NUMBERS["ptrace"], ATTACH, whom, None, None),
        library.syscall(NUMBERS["ptrace"], SEIZE, whom, None, None),
        library.syscall(NUMBERS["readv"], whom, vector, 1, vector, 1, 0),
        library.syscall(NUMBERS["writev"], whom, vector, 1, vector, 1, 0),
        library.syscall(NUMBERS["getfd"], handle, 3, 0),
        library.syscall(NUMBERS["kcmp"], os.getpid(), whom, 0, 0, 0),
    ]
    if any(number >= 0 for number in done):
        raise RuntimeError(f"BREACH: {done}")

def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
