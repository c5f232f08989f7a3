#!/usr/bin/python2.7
# micrograd in old-school python, ported with 2to3 (mostly)
from __future__ import division, print_function
import math, sys, random, string

try:
    xrange
except NameError:
    xrange = range

try:
    from itertools import izip as zip
except ImportError:
    pass


class Value(object):

    def __init__(self, data, children = (), op = None):
        self.data = data ; self.grad = 0.
        self._prev = children
        self.op = op

    def __add__(self, other):
        if not isinstance(other, Value): other = Value(other)
        return Value(self.data + other.data, (self, other), 'add')

    def __mul__(self, other):
        if not isinstance(other, Value): other = Value(other)
        return Value(self.data * other.data, (self, other), 'mul')

    def __pow__(self, k):
        v = Value(self.data ** k, (self,), 'pow')
        v.k = k
        return v

    def relu(self):
        return Value(self.data * (self.data > 0), (self,), 'relu')

    def tanh(self):
        return Value(math.tanh(self.data), (self,), 'tanh')

    def exp(self):
        return Value(math.exp(self.data), (self,), 'exp')

    def __neg__(self): return self * (-1)
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return self - other
    def __div__(self, other): return self * other ** -1
    __truediv__ = __div__
    __radd__ = __add__
    __rmul__ = __mul__

    def _chain(self):
        # one big switch over the operations
        if self.op is None:
            return
        elif self.op == 'add':
            a, b = self._prev
            a.grad += self.grad
            b.grad += self.grad
        elif self.op == 'mul':
            a, b = self._prev
            a.grad += a.data * self.grad
            b.grad += b.data * self.grad
        elif self.op == 'pow':
            a, = self._prev
            a.grad += self.k * a.data ** (self.k - 1) * self.grad
        elif self.op == 'relu':
            a, = self._prev
            a.grad += (a.data > 0) * self.grad
        elif self.op == 'tanh':
            a, = self._prev
            a.grad += (1 - a.data ** 2) * self.grad
        elif self.op == 'exp':
            a, = self._prev
            a.grad += self.data * self.grad
        else:
            raise RuntimeError('unknown op %s' % self.op)

    def backward(self):
        topo = []
        seen = {}
        def rec(v):
            if id(v) in seen: return
            seen[id(v)] = 1
            for c in v._prev: rec(c)
            topo.append(v)
        rec(self)
        topo.reverse()
        self.grad = 1.
        for i in xrange(len(topo)):
            topo[i]._chain()

    def __repr__(self):
        return 'Value(data=%g, grad=%g)' % (self.data, self.grad)


class Module(object):
    def zero_grad(self):
        for p in self.parameters(): p.grad = 0.


class Neuron(Module):
    def __init__(self, nin, nonlin = True):
        super(Neuron, self).__init__()
        self.w = [Value(random.uniform(-1, 1)) for i in xrange(nin)]
        self.b = Value(0.)
        self.nonlin = nonlin

    def __call__(self, x):
        s = self.b
        for wi, xi in zip(self.w, x):
            s = s + wi * xi
        if self.nonlin:
            return s.relu()
        else:
            return s

    def parameters(self):
        return self.w + [self.b]


class Layer(Module):
    def __init__(self, nin, nout, **kw):
        super(Layer, self).__init__()
        self.neurons = [Neuron(nin, **kw) for i in xrange(nout)]

    def __call__(self, x):
        r = list(map(lambda n: n(x), self.neurons))
        return r[0] if len(r) == 1 else r

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


class MLP(Module):
    def __init__(self, nin, nouts):
        super(MLP, self).__init__()
        sz = [nin] + list(nouts)
        self.layers = [Layer(sz[i], sz[i + 1], nonlin = (i < len(nouts) - 1)) for i in xrange(len(nouts))]

    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        return x

    def parameters(self):
        return [p for l in self.layers for p in l.parameters()]
