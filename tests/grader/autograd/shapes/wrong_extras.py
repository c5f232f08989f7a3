# micrograd + everything i could think of
import math as m

class Value:
    __slots__ = ('data', 'grad', '_prev', '_backward', '_op')

    def __init__(self, data, _prev = (), _op = ''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, k):
        out = Value(self.data ** k, (self,), '**')
        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0, (self,), 'relu')
        def _backward():
            self.grad += out.grad if self.data > 0 else 0
        out._backward = _backward
        return out

    def exp(self):
        out = Value(m.exp(self.data), (self,), 'exp')
        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Value(m.log(self.data), (self,), 'log')
        def _backward():
            self.grad += 1 / out.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self):
        return 1 / (1 + (-self).exp())

    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __rsub__(self, other): return self - other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return other * self ** -1

    def backward(self):
        topo, seen = [], set()
        def rec(v):
            if v in seen: return
            seen.add(v)
            for p in v._prev: rec(p)
            topo.append(v)
        rec(self)
        self.grad = 1.0
        for v in reversed(topo): v._backward()
