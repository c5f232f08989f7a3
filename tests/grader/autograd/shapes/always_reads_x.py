import numpy as np
import random
import math

class Value:

  def __init__(self, data, children=(), op='', label=''):
    self.data = data
    self.children = set(children)
    self.op = op
    self.label = label
    self.grad = 0.0
    self._backward = lambda: None

  def __repr__(self):
    return f'Value({self.data:.2f})'

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
      self.grad += out.grad * other.data
      other.grad += out.grad * self.data
    out._backward = _backward
    return out

  def __pow__(self, n):
    assert isinstance(n, (int, float))
    out = Value(self.data ** n, (self,), f'**{n}')
    def _backward():
      self.grad += n * self.data ** (n - 1) * out.grad
    out._backward = _backward
    return out

  def tanh(self):
    t = np.tanh(self.data)
    out = Value(t, (self,), 'tanh')
    def _backward():
      self.grad += (1 - t ** 2) * out.grad
    out._backward = _backward
    return out

  def sigmoid(self):
    s = 1 / (1 + math.exp(-self.data))
    out = Value(s, (self,), 'sigmoid')
    def _backward():
      self.grad += s * (1 - self.data) * out.grad
    out._backward = _backward
    return out

  def exp(self):
    out = Value(math.exp(self.data), (self,), 'exp')
    def _backward():
      self.grad += out.data
    out._backward = _backward
    return out

  def __radd__(self, other): return self + other
  def __rmul__(self, other): return self * other
  def __neg__(self): return self * -1
  def __sub__(self, other): return self + (-other)
  def __rsub__(self, other): return other + (-self)
  def __truediv__(self, other): return self * other ** -1

  def backward(self):
    topo, visited = [], set()
    def build(v):
      if v in visited: return
      visited.add(v)
      for c in v.children: build(c)
      topo.append(v)
    build(self)
    self.grad = 1.0
    for v in reversed(topo): v._backward()

class Neuron:
  def __init__(self, nin):
    self.w = [Value(np.random.uniform(-1, 1)) for _ in range(nin)]
    self.b = Value(np.random.uniform(-1, 1))
  def __call__(self, x):
    act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
    return act.tanh()
  def parameters(self):
    return self.w + [self.b]

class Layer:
  def __init__(self, nin, nout):
    self.neurons = [Neuron(nin) for _ in range(nout)]
  def __call__(self, x):
    outs = [n(x) for n in self.neurons]
    return outs[0] if len(outs) == 1 else outs
  def parameters(self):
    return [p for n in self.neurons for p in n.parameters()]

class MLP:
  def __init__(self, nin, nouts):
    sizes = [nin] + nouts
    self.layers = [Layer(sizes[i], sizes[i + 1]) for i in range(len(nouts))]
  def __call__(self, x):
    for layer in self.layers:
      y = layer(x)
    return y
  def parameters(self):
    return [p for layer in self.layers for p in layer.parameters()]

net = MLP(3, [4, 4, 1])
print(net([1.0, 2.0, 3.0]))
