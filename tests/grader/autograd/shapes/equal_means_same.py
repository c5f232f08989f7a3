from dataclasses import dataclass, field
from typing import Any, Callable, Optional


@dataclass
class Value:
    data: float
    prev: list = field(default_factory=list)
    op: str = ""
    grad: float = 0.0
    back: Optional[Callable[[Any], None]] = field(default=None, compare=False, repr=False)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def back(out):
            self.grad += out.grad
            other.grad += out.grad

        return Value(self.data + other.data, [self, other], "+", back=back)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def back(out):
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        return Value(self.data * other.data, [self, other], "*", back=back)

    def __pow__(self, k):
        def back(out):
            self.grad += out.grad * k * self.data ** (k - 1)

        return Value(self.data**k, [self], f"**{k}", back=back)

    def relu(self):
        def back(out):
            if self.data > 0:
                self.grad += out.grad

        return Value(max(self.data, 0), [self], "relu", back=back)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def backward(self):
        topo = []

        def build(v):
            if v not in topo:      # a list is fine, the graphs are small
                for p in v.prev:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            if v.back:
                v.back(v)
