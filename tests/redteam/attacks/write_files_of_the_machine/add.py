import os
import shutil

from .value import Value

for place in [*@CANARIES@, "@PROJECT@/course.toml", "@SOLUTIONS@/add.py"]:
    for harm in (
        lambda path: open(path, "ab").close(),
        lambda path: os.truncate(path, 0),
        lambda path: os.chmod(path, 0o777),
        lambda path: os.rename(path, path + ".gone"),
        lambda path: os.link(path, path + ".link"),
        lambda path: os.symlink(path, path + ".link"),
        lambda path: os.mkdir(path + ".folder"),
        lambda path: os.mkfifo(path + ".fifo"),
        lambda path: os.unlink(path),
    ):
        try:
            harm(place)
            raise RuntimeError(f"BREACH: {place}")
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
