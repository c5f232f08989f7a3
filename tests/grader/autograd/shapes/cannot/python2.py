# micrograd for python 2.7
import random

class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.backward_step = None

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data + other.data, (self, other))
        def step():
            self.grad += out.grad
            other.grad += out.grad
        out.backward_step = step
        return out

    def __repr__(self):
        return "Value(%s)" % self.data

a = Value(1.0)
b = Value(2.0)
print a + b
for k in xrange(3):
    print "step", k, a + k
