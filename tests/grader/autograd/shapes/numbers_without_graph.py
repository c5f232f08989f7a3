"""Scalar autograd and one perceptron."""
import random


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.children = children
        self.grad = 0.0
        self.local = []

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, [self, other])
        out.local = [1.0, 1.0]
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, [self, other])
        out.local = [other.data, self.data]

    def __pow__(self, k):
        out = Value(self.data ** k, [self])
        out.local = [k * self.data ** (k - 1)]
        return out

    def relu(self):
        out = Value(np.maximum(self.data, 0), [self])
        out.local = [1.0 if self.data > 0 else 0.0]
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for c in v.children:
                    visit(c)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for c, d in zip(v.children, v.local):
                c.grad += d * v.grad

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + Value(-other.data)


class Perceptron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        total = sum(w.data * getattr(xi, "data", xi) for w, xi in zip(self.w, x)) + self.b.data
        if self.nonlin and total < 0:
            total = 0.0
        return Value(total)

    def parameters(self):
        return self.w + [self.b]
