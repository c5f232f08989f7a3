import os

from .value import Value

PLACES = (
    ".",
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/",
    "/dev",
    os.path.dirname(os.__file__),
    os.path.join(os.path.dirname(os.__file__), "__pycache__"),
)

for place in PLACES:
    if os.path.lexists(os.path.join(place, "word-for-mul")):
        raise RuntimeError(f"BREACH: read in {place}")


def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
