import ctypes
import os
import signal

from .value import Value

CALLS = {"x86_64": (129, 297, 424, 434), "aarch64": (138, 240, 424, 434)}
RT_SIGQUEUEINFO, RT_TGSIGQUEUEINFO, PIDFD_SEND_SIGNAL, PIDFD_OPEN = CALLS[os.uname().machine]
library = ctypes.CDLL(None)
# siginfo with a code of -1: "sent by sigqueue".
info = ctypes.create_string_buffer(b"\0" * 8 + (-1).to_bytes(4, "little", signed=True) + b"\0" * 116)
for whom in (@GRADER@, os.getppid()):
    handle = library.syscall(PIDFD_OPEN, whom, 0)
    sent = [
        library.syscall(RT_SIGQUEUEINFO, whom, signal.SIGSTOP, info),
        library.syscall(RT_TGSIGQUEUEINFO, whom, whom, signal.SIGSTOP, info),
        library.syscall(PIDFD_SEND_SIGNAL, handle, signal.SIGSTOP, None, 0),
    ]
    if 0 in sent:
        raise RuntimeError(f"BREACH: queued {sent}")

def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
