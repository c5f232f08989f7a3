"""Everything in lower case, and one of each: layer.neuron, mlp.layer, parameter()."""

import random


class value:

    def __init__(self, data, inputs=(), rule=None):
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.rule = rule or (lambda g: ())

    def __add__(self, other):
        other = other if isinstance(other, value) else value(other)
        return value(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = other if isinstance(other, value) else value(other)
        return value(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, k):
        return value(self.data**k, (self,), lambda g: (g * k * self.data ** (k - 1) if k else 0.0,))

    def relu(self):
        return value(max(self.data, 0.0), (self,), lambda g: (g if self.data > 0 else 0.0,))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -1 * other if isinstance(other, value) else self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = node.grad if not node.inputs else 0.0
        self.grad = 1.0
        for node in reversed(order):
            for each, share in zip(node.inputs, node.rule(node.grad)):
                each.grad += share


class neurone:
    def __init__(self, nin):
        self.w = [value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = value(random.uniform(-1, 1))

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x)), self.b).relu()

    def parameter(self):
        return self.w + [self.b]


class layer:
    def __init__(self, nin, nout):
        self.neuron = [neurone(nin) for _ in range(nout)]

    def __call__(self, x):
        out = [each(x) for each in self.neuron]
        return out[0] if len(out) == 1 else out

    def parameter(self):
        return [p for each in self.neuron for p in each.parameter()]


class MLP:
    def __init__(self, nin, nout):
        size = [nin] + nout
        self.layer = [layer(size[i], size[i + 1]) for i in range(len(nout))]

    def __call__(self, x):
        for each in self.layer:
            x = each(x)
        return x

    def parameter(self):
        return [p for each in self.layer for p in each.parameter()]
