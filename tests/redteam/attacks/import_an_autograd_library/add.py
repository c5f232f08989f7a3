import sys

from .value import Value

sys.path += ["@SITE@", "/usr/lib/python3/dist-packages", "/usr/local/lib/python3/dist-packages"]
for name in ("torch", "numpy", "autograd", "jax", "pip", "pytest"):
    try:
        module = __import__(name)
    except ImportError:
        continue
    if getattr(module, "__file__", None):
        raise RuntimeError(f"BREACH: {module.__file__}")


def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out
