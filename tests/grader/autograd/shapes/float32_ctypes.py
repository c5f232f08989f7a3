# How would this work in C? every number is rounded to a float (32 bit) like on my microcontroller

from ctypes import c_float
import struct


def f32(x):
    return c_float(x).value


def f32_bytes(x):
    return struct.pack("<f", x)


class Value(object):
    def __init__(self, data, _children=(), _op=""):
        self.data = f32(data)
        self.grad = 0.0
        self._children = list(_children)
        self._op = _op
        self._backward = None

    def __add__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        result = Value(self.data + other.data, [self, other], "+")

        def step():
            self.grad = f32(self.grad + result.grad)
            other.grad = f32(other.grad + result.grad)

        result._backward = step
        return result

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        result = Value(self.data * other.data, [self, other], "*")

        def step():
            self.grad = f32(self.grad + f32(result.grad * other.data))
            other.grad = f32(other.grad + f32(result.grad * self.data))

        result._backward = step
        return result

    def __pow__(self, k):
        result = Value(self.data ** k, [self], "pow")

        def step():
            self.grad = f32(self.grad + f32(f32(k * self.data ** (k - 1)) * result.grad))

        result._backward = step
        return result

    def relu(self):
        result = Value(self.data if self.data > 0.0 else 0.0, [self], "relu")

        def step():
            if self.data > 0.0:
                self.grad = f32(self.grad + result.grad)

        result._backward = step
        return result

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other ** -1

    def __rtruediv__(self, other):
        return self ** -1 * other

    def backward(self):
        visited = []
        order = []

        def dfs(node):
            visited.append(id(node))
            for child in node._children:
                if id(child) not in visited:
                    dfs(child)
            order.append(node)

        dfs(self)
        self.grad = 1.0
        while order:
            node = order.pop()
            if node._backward is not None:
                node._backward()
