"""No neurons: a layer is a matrix and a vector of scalars."""
from math import sqrt
from random import gauss


class Scalar:
    def __init__(self, value, sources=()):
        self.value = value
        self.grad = 0.0
        self.sources = sources

    @classmethod
    def of(cls, thing):
        return thing if isinstance(thing, cls) else cls(thing)

    def __add__(self, other):
        other = self.of(other)
        return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = self.of(other)
        return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))

    def __pow__(self, k):
        return Scalar(self.value**k, ((self, k * self.value ** (k - 1)),))

    def relu(self):
        return Scalar(max(0.0, self.value), ((self, float(self.value > 0)),))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.of(other)

    def __rsub__(self, other):
        return self.of(other) - self

    def backward(self):
        order, seen = [], set()

        def visit(scalar):
            if id(scalar) not in seen:
                seen.add(id(scalar))
                for source, _ in scalar.sources:
                    visit(source)
                order.append(scalar)

        visit(self)
        self.grad = 1.0
        for scalar in reversed(order):
            for source, slope in scalar.sources:
                source.grad += slope * scalar.grad


class Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.weights = [[Scalar(gauss(0, 1 / sqrt(nin))) for _ in range(nin)] for _ in range(nout)]
        self.biases = [Scalar(0.0) for _ in range(nout)]
        self.nonlin = nonlin

    def __call__(self, x):
        out = []
        for row, bias in zip(self.weights, self.biases):
            total = bias
            for weight, entry in zip(row, x):
                total = total + weight * entry
            out.append(total.relu() if self.nonlin else total)
        return out

    def parameters(self):
        return [weight for row in self.weights for weight in row] + self.biases


class MLP:
    def __init__(self, *sizes):
        pairs = list(zip(sizes, sizes[1:]))
        self.layers = [Layer(a, b, nonlin=True) for a, b in pairs]
        self.layers[-1].nonlin = False

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
