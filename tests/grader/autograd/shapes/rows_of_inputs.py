import random


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children
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


class Linear:
    """Weights with a column for each output, and a batch of rows as its input."""

    def __init__(self, nin, nout):
        self.w = [[Value(random.uniform(-1, 1)) for _ in range(nout)] for _ in range(nin)]
        self.b = [Value(0.0) for _ in range(nout)]

    def __call__(self, batch):
        columns = list(zip(*self.w))
        return [[sum((x * w for x, w in zip(row, c)), b) for c, b in zip(columns, self.b)] for row in batch]

    def parameters(self):
        return [w for row in self.w for w in row] + self.b


class MLP:
    def __init__(self, sizes):
        assert len(sizes) > 2, "at least one hidden layer"
        self.layers = [Linear(*pair) for pair in zip(sizes, sizes[1:])]

    def __call__(self, batch):
        for layer in self.layers[:-1]:
            batch = [[x.relu() for x in row] for row in layer(batch)]
        return self.layers[-1](batch)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
