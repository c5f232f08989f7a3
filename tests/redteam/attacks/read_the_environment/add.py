import os
import sys

from .value import Value

for name, value in os.environ.items():
    if name not in ("PWD", "LC_CTYPE"):
        raise RuntimeError(f"BREACH: {name}={value}")
if any("@PROJECT@" in argument for argument in sys.argv):
    raise RuntimeError(f"BREACH: {sys.argv}")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
