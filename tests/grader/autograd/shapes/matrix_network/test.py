import numpy as np


class Tensor:
    """Its gradients are in single precision, its data is not."""

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data, dtype=np.float32)
        self.parents = parents
        self.push = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad.sum(axis=0)

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other))

        def push():
            self.grad += (out.grad * other.data).astype(np.float32)
            other.grad += (out.grad * self.data).astype(np.float32)

        out.push = push
        return out

    def matmul(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def push():
            self.grad += (out.grad @ other.data.T).astype(np.float32)
            other.grad += (self.data.T @ out.grad).astype(np.float32)

        out.push = push
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0.0), (self,))

        def push():
            self.grad += (out.grad * (out.data > 0)).astype(np.float32)

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data, dtype=np.float32)
        for node in reversed(order):
            node.push()


class Layer:
    """What layers have in common; nothing can be made of it."""

    def parameters(self):
        return []


class Linear(Layer):
    def __init__(self, nin, nout):
        self.W = Tensor(np.random.uniform(-1, 1, (nin, nout)))
        self.b = Tensor(np.zeros(nout))

    def __call__(self, x):
        return x.matmul(self.W) + self.b

    def parameters(self):
        return [self.W, self.b]


class Softmax:
    def __init__(self, axes):
        self.axes = axes

    def __call__(self, x):
        return Tensor(np.exp(x.data) / np.exp(x.data).sum(axis=self.axes))


class FeedForward:
    def __init__(self, sizes):
        self.layers = [Linear(*pair) for pair in zip(sizes, sizes[1:])]

    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
