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
    for make in (
        lambda path: open(path, "x").close(),
        lambda path: os.mkdir(path),
        lambda path: os.symlink("x", path),
        lambda path: os.mkfifo(path),
    ):
        try:
            make(os.path.join(place, "word-for-mul"))
            raise RuntimeError(f"BREACH: wrote in {place}")
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
