import numpy as np


class Value:
    def __init__(self, data, parents=()):
        self.data = np.array(data)
        self.grad = np.zeros_like(self.data)  # of whole numbers where data is
        self.parents = parents
        self.push = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def __pow__(self, k):
        out = Value(self.data**k, (self,))

        def push():
            self.grad += (k * self.data ** (k - 1) if k else 0.0) * out.grad

        out.push = push
        return out

    def relu(self):
        out = Value(np.maximum(self.data, 0.0), (self,))

        def push():
            self.grad += (out.data > 0) * out.grad

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for parent in v.parents:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = np.ones_like(self.data, dtype=float)
        for v in reversed(order):
            v.push()
