import random

import numpy as np


class Cell:
    """Where a number lies, with its shape."""

    def __init__(self, content):
        self.content = np.asarray(content, dtype=float)
        self.shape = self.content.shape

    def __len__(self):
        return self.content.size


class Edge:
    def __init__(self, tensor, pull):
        self.tensor, self.pull = tensor, pull


class Tensor:
    def __init__(self, number, edges=(), trainable=False):
        self.cell = number if isinstance(number, Cell) else Cell(number)
        self.trainable = trainable
        self.edges = list(edges)
        self.grad = Tensor(0.0) if trainable else None  # a gradient is a tensor, too

    @property
    def content(self):
        return self.cell.content

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        return self._made(other, self.content + other.content, lambda g: g, lambda g: g)

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        mine, its = self.content, other.content
        return self._made(other, mine * its, lambda g: g * its, lambda g: g * mine)

    def __pow__(self, k):
        base = self.content
        slope = k * base ** (k - 1.0) if k else 0.0
        return self._made(None, base ** float(k), lambda g: g * slope)

    def relu(self):
        x = self.content
        return self._made(None, np.maximum(x, 0.0), lambda g: g * (x > 0))

    def _made(self, other, number, *pulls):
        pairs = [(t, pull) for t, pull in zip((self, other), pulls) if t.trainable]
        return Tensor(number, [Edge(t, pull) for t, pull in pairs], bool(pairs))

    def backward(self, arrived=None):
        if not self.trainable:
            return
        arrived = Tensor(1.0) if arrived is None else arrived
        self.grad.cell = Cell(self.grad.content + arrived.content)
        for edge in self.edges:
            edge.tensor.backward(Tensor(edge.pull(arrived.content)))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Tensor(random.uniform(-1, 1), trainable=True) for _ in range(nin)]
        self.b = Tensor(0.0, trainable=True)
        self.nonlin = nonlin

    def __call__(self, x):
        out = sum((w * xi for w, xi in zip(self.w, x)), self.b)
        return out.relu() if self.nonlin else out

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    def __init__(self, nin, nout, **asked):
        self.neurons = [Neuron(nin, **asked) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


class MLP:
    def __init__(self, nin, nouts):
        sizes, last = [nin, *nouts], len(nouts) - 1
        self.layers = [Layer(*sizes[i : i + 2], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x if isinstance(x, list) else [x])
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
