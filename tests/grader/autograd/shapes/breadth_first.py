from collections import deque
from functools import partial
from random import uniform


def _add_back(a, b, out):
    a.gradient += out.gradient
    b.gradient += out.gradient


def _mul_back(a, b, out):
    a.gradient += b.data * out.gradient
    b.gradient += a.data * out.gradient


def _pow_back(a, k, out):
    a.gradient += k * a.data ** (k - 1) * out.gradient


def _relu_back(a, out):
    a.gradient += out.gradient if a.data > 0 else 0.0


class Value:
    __slots__ = ("data", "gradient", "inputs", "back")

    def __init__(self, data, inputs=()):
        self.data = data
        self.gradient = 0.0
        self.inputs = inputs
        self.back = None

    @classmethod
    def wrap(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = self.wrap(other)
        out = Value(self.data + other.data, (self, other))
        out.back = partial(_add_back, self, other, out)
        return out

    def __mul__(self, other):
        other = self.wrap(other)
        out = Value(self.data * other.data, (self, other))
        out.back = partial(_mul_back, self, other, out)
        return out

    def __pow__(self, k):
        out = Value(self.data ** k, (self,))
        out.back = partial(_pow_back, self, k, out)
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0, (self,))
        out.back = partial(_relu_back, self, out)
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.wrap(other)

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __truediv__(self, other):
        return self * self.wrap(other) ** -1

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def backward(self):
        self.gradient = 1.0
        queue = deque([self])
        seen = {id(self)}
        while queue:
            node = queue.popleft()
            if node.back is not None:
                node.back()
            for child in node.inputs:
                if id(child) not in seen:
                    seen.add(id(child))
                    queue.append(child)


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        pre = sum(map(lambda wx: wx[0] * wx[1], zip(self.w, x)), self.b)
        return pre.relu() if self.nonlin else pre

    def parameters(self):
        return [*self.w, self.b]
