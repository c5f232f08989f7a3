import numpy as np
import matplotlib
matplotlib.use("Agg")
from matplotlib import pyplot as plt


class Value:
    # data and grad are numpy arrays of shape (), so that += works in place
    def __init__(self, data, parents=(), op=None):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.op = op
        self.grad_fn = None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "add")
        def grad_fn(g):
            self.grad += g
            other.grad += g
        out.grad_fn = grad_fn
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "mul")
        def grad_fn(g):
            self.grad += g * other.data
            other.grad += g * self.data
        out.grad_fn = grad_fn
        return out

    def __pow__(self, n):
        out = Value(np.power(self.data, float(n)), (self,), "pow")
        def grad_fn(g):
            self.grad += g * n * np.power(self.data, float(n - 1))
        out.grad_fn = grad_fn
        return out

    def relu(self):
        out = Value(np.maximum(0, self.data), (self,), "relu")
        def grad_fn(g):
            self.grad += g * (self.data > 0)
        out.grad_fn = grad_fn
        return out

    def exp(self):
        out = Value(np.exp(self.data), (self,), "exp")
        def grad_fn(g):
            self.grad += g * out.data
        out.grad_fn = grad_fn
        return out

    def log(self):
        out = Value(np.log(self.data), (self,), "log")
        def grad_fn(g):
            self.grad += g / self.data
        out.grad_fn = grad_fn
        return out

    def backward(self):
        order = []
        def go(v):
            for p in v.parents:
                if p not in order:
                    go(p)
            if v not in order:
                order.append(v)
        go(self)
        self.grad = np.ones_like(self.data)
        for v in order[::-1]:
            if v.grad_fn is not None:
                v.grad_fn(v.grad)

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return (-self) + other
    def __truediv__(self, other): return self * other**-1
    def __rtruediv__(self, other): return other * self**-1


x = np.linspace(-2, 2, 50)
y = [Value(t).relu().data for t in x]
fig, ax = plt.subplots(1, 2, figsize=(8, 3))
ax[0].plot(x, y, label="relu")
ax[0].legend()
for t in x[::10]:
    v = Value(t)
    (v * v).backward()
    ax[1].scatter(t, v.grad)
plt.tight_layout()
plt.savefig("relu.png")
plt.show()
