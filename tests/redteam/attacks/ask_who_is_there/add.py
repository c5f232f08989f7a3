"""Asks which processes there are, by every call that answers differently for one that is not there."""

import ctypes
import os
import time

from .value import Value

library = ctypes.CDLL(None, use_errno=True)
for process in (1, os.getppid(), @GRADER@):
    for what in (
        os.getpgid,
        os.getsid,
        os.sched_getaffinity,
        os.sched_getscheduler,
        os.sched_getparam,
        lambda pid: os.getpriority(os.PRIO_PROCESS, pid),
        lambda pid: time.clock_gettime((~pid << 3) | 2),
        lambda pid: time.clock_getres((~pid << 3) | 2),
        lambda pid: os.kill(pid, 0),
        lambda pid: os.pidfd_open(pid),
    ):
        try:
            what(process)
            raise RuntimeError(f"BREACH: {process} is there")
        except PermissionError:
            pass
        except AttributeError:
            pass
if library.sysinfo(ctypes.create_string_buffer(256)) == 0:
    raise RuntimeError("BREACH: asked how many processes there are")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
