"""
Every result carries its own backward function that pushes the gradient on to the operands.
No sorting at all: each path through the graph is walked once.
"""
import random


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.backward = self._leaf_backward

    def _leaf_backward(self, upstream=1.0):
        self.grad += upstream

    def _made(data, push):
        out = Value(data)

        def backward(upstream=1.0):
            out.grad += upstream
            push(upstream)

        out.backward = backward
        return out

    def __add__(self, other):
        other = wrap(other)

        def push(g):
            self.backward(g)
            other.backward(g)

        return Value._made(self.data + other.data, push)

    def __mul__(self, other):
        other = wrap(other)

        def push(g):
            self.backward(g * other.data)
            other.backward(g * self.data)

        return Value._made(self.data * other.data, push)

    def __pow__(self, n):
        return Value._made(self.data ** n, lambda g: self.backward(g * n * self.data ** (n - 1)))

    def relu(self):
        if self.data <= 0:
            return Value._made(0.0, lambda g: self.backward(0.0))
        return Value._made(self.data, lambda g: self.backward(g))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -wrap(other)

    def __radd__(self, other):
        return wrap(other) + self

    def __rsub__(self, other):
        return wrap(other) - self

    def __rmul__(self, other):
        return wrap(other) * self

    def __truediv__(self, other):
        return self * wrap(other) ** -1

    def __rtruediv__(self, other):
        return wrap(other) / self


def wrap(x):
    return x if isinstance(x, Value) else Value(x)


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.random() * 2 - 1) for _ in range(nin)]
        self.b = Value(random.random() * 2 - 1)
        self.nonlin = nonlin

    def __call__(self, x):
        s = self.b
        for w, xi in zip(self.w, x):
            s = s + w * xi
        return s.relu() if self.nonlin else s

    def parameters(self):
        yield from self.w
        yield self.b


class Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = tuple(Neuron(nin, nonlin) for _ in range(nout))

    def __call__(self, x):
        return tuple(n(x) for n in self.neurons)

    def parameters(self):
        for n in self.neurons:
            yield from n.parameters()
