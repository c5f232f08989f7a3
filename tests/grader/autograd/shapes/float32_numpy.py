import numpy as np


class Tensor:
    """Not really a tensor, only scalars for now (TODO: shapes). float32 like PyTorch."""

    def __init__(self, data, _children=(), _op=""):
        self.data = np.float32(data)
        self.grad = np.float32(0)
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def _wrap(self, other):
        return other if isinstance(other, Tensor) else Tensor(other)

    def __add__(self, other):
        other = self._wrap(other)
        out = Tensor(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = self._wrap(other)
        out = Tensor(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, power):
        out = Tensor(self.data ** np.float32(power), (self,), "**")

        def _backward():
            self.grad += np.float32(power) * self.data ** np.float32(power - 1) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, np.float32(0)), (self,), "relu")

        def _backward():
            self.grad += np.where(self.data > 0, out.grad, np.float32(0))

        out._backward = _backward
        return out

    def tanh(self):
        out = Tensor(np.tanh(self.data), (self,), "tanh")

        def _backward():
            self.grad += (1 - out.data ** 2) * out.grad

        out._backward = _backward
        return out

    def backprop(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = np.float32(1)
        for v in reversed(topo):
            v._backward()

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-self._wrap(other))

    def __truediv__(self, other):
        return self * self._wrap(other) ** -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return self._wrap(other) - self

    def __rtruediv__(self, other):
        return self._wrap(other) / self

    def __repr__(self):
        return f"Tensor({self.data:.4f})"


class Neuron:
    def __init__(self, n_in):
        rng = np.random.default_rng()
        self.w = [Tensor(x) for x in rng.normal(size=n_in)]
        self.b = Tensor(0.0)

    def __call__(self, x):
        out = self.b
        for wi, xi in zip(self.w, x):
            out = out + wi * xi
        return out.relu()

    def parameters(self):
        return self.w + [self.b]
