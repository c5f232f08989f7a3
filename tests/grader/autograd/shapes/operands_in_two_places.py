import random


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.inputs = set(children)
        self.children = set(children)  # the walk goes by these
        self.step = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def step():
            self.grad += out.grad
            other.grad += out.grad

        out.step = step
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def step():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.step = step
        return out

    def __pow__(self, k):
        out = Value(self.data**k, (self,))

        def step():
            self.grad += (k * self.data ** (k - 1) if k else 0.0) * out.grad

        out.step = step
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))

        def step():
            self.grad += (out.data > 0) * out.grad

        out.step = step
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v.children:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.step()


class Neuron:
    def __init__(self, nin):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.params = [*self.w, self.b]

    def __call__(self, x):
        return sum((w * xi for w, xi in zip(self.w, x)), self.b).relu()


class Layer:
    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]
        self.params = [n.params for n in self.neurons]  # a list of lists

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs


class MLP:
    def __init__(self, nin, nouts):
        sizes = [nin, *nouts]
        self.params = []
        self.layers = [Layer(*pair) for pair in zip(sizes, sizes[1:])]
        self.params += [p for layer in self.layers for p in layer.params]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x if isinstance(x, list) else [x])
        return x
