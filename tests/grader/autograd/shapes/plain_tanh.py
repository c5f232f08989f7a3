"""Notes: https://en.wikipedia.org/wiki/Automatic_differentiation — one class, one neuron."""
import math
import random

EPSILON = 1e-8


class Value:
    def __init__(self, data, _prev=(), _op="", label="", requires_grad=True):
        self.data = data
        self.requires_grad = requires_grad
        self.grad = None
        self._prev = _prev
        self._op = _op
        self.label = label
        self._vjp = None

    def _give(self, amount):
        # like torch: None until something arrives
        if self.requires_grad:
            self.grad = amount if self.grad is None else self.grad + amount

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other, requires_grad=False)
        out = Value(self.data + other.data, (self, other), "+")
        out._vjp = lambda g: (self._give(g), other._give(g))
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other, requires_grad=False)
        out = Value(self.data * other.data, (self, other), "*")
        out._vjp = lambda g: (self._give(g * other.data), other._give(g * self.data))
        return out

    def __pow__(self, k):
        out = Value(self.data**k, (self,), "**")
        out._vjp = lambda g: self._give(g * k * self.data ** (k - 1))
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")
        out._vjp = lambda g: self._give(g * (1 - t * t))
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                [visit(p) for p in v._prev]
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v._vjp is not None:
                v._vjp(v.grad)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other


class Neuron:
    def __init__(self, nin, activation="tanh"):
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.bias = Value(random.uniform(-1, 1))
        self.activation = activation

    def __call__(self, xs):
        total = self.bias
        for w, x in zip(self.weights, xs):
            total = total + w * x
        if self.activation == "tanh":
            return total.tanh()
        return total

    @property
    def params(self):
        return [*self.weights, self.bias]
