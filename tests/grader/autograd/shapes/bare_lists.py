# micrograd without classes for the network: a layer is a list of neurons, a network is a list of layers
import math, random

class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
        self.grad = 0.0
        self._prev = list(_children)
        self._op = _op
        self.label = label
        self._backward = lambda: None

    def __add__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        out = Value(self.data + other.data, [self, other], '+')
        def _backward():
            if self is other:
                self.grad += 2 * out.grad
            else:
                self.grad += out.grad
                other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        out = Value(self.data * other.data, [self, other], '*')
        def _backward():
            if self is other:
                self.grad += 2 * self.data * out.grad
            else:
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, k):
        out = Value(math.pow(self.data, k), [self], '^')
        def _backward():
            self.grad += k * math.pow(self.data, k - 1) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, [self], 'relu')
        def _backward():
            self.grad += out.grad if out.data > 0 else 0.0
        out._backward = _backward
        return out

    def softplus(self):
        out = Value(math.log1p(math.exp(self.data)), [self], 'softplus')
        def _backward():
            self.grad += out.grad / (1 + math.exp(-self.data))
        out._backward = _backward
        return out

    def sqrt(self):
        return self ** 0.5

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return (-self) + other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return self ** -1 * other
    def __lt__(self, other): return self.data < other.data

    def backward(self):
        # heights: a node is done after everything above it
        height = {}
        def measure(v):
            if id(v) not in height:
                height[id(v)] = (1 + max([measure(p)[0] for p in v._prev], default=0), v)
            return height[id(v)]
        measure(self)
        self.grad = 1.0
        for _, v in sorted(height.values(), key=lambda hv: -hv[0]):
            v._backward()


def neuron(nin):
    return [Value(random.uniform(-1, 1)) for _ in range(nin + 1)]

def run(neuron, x):
    return sum((w * xi for w, xi in zip(neuron, x)), neuron[-1]).relu()

network = [[neuron(2) for _ in range(3)], [neuron(3)]]

def forward(x):
    for layer in network:
        x = [run(n, x) for n in layer]
    return x[0]

print(forward([1.0, -1.0]).data)
