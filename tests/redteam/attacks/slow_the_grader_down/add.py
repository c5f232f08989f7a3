import os
import resource

from .value import Value

for whom in (@GRADER@, os.getppid()):
    for slow in (
        lambda: os.setpriority(os.PRIO_PROCESS, whom, 19),
        lambda: os.setpriority(os.PRIO_USER, 0, 19),
        lambda: os.sched_setaffinity(whom, {0}),
        lambda: os.sched_setscheduler(whom, os.SCHED_IDLE, os.sched_param(0)),
        lambda: resource.prlimit(whom, resource.RLIMIT_CPU, (1, 1)),
    ):
        try:
            slow()
            raise RuntimeError(f"BREACH: slowed {whom}")
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
