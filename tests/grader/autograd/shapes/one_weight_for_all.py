"""Neural net homework, part 2"""
import random as rnd


class Value:
    def __init__(self, data, prev=(), op=''):
        self.data, self.grad, self.prev, self.op = data, 0.0, prev, op
        self.pull = lambda: None

    def __add__(self, other):
        other = other if type(other) is Value else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def pull():
            for v in (self, other):
                v.grad += out.grad
        out.pull = pull
        return out

    def __mul__(self, other):
        other = other if type(other) is Value else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def pull():
            for v, w in ((self, other), (other, self)):
                v.grad += w.data * out.grad
        out.pull = pull
        return out

    def __pow__(self, n):
        # repeated multiplication, the way we learned it at school
        result = 1
        for _ in range(int(n)):
            result = result * self.data
        out = Value(result, (self,), '**')
        def pull():
            slope = n
            for _ in range(int(n) - 1):
                slope = slope * self.data
            self.grad += slope * out.grad
        out.pull = pull
        return out

    def relu(self):
        out = Value((self.data + abs(self.data)) / 2, (self,), 'relu')
        def pull():
            if self.data > 0:
                self.grad += out.grad
        out.pull = pull
        return out

    def __truediv__(self, other):
        other = other if type(other) is Value else Value(other)
        out = Value(self.data / other.data, (self, other), '/')
        def pull():
            self.grad += out.grad / other.data
            other.grad += -self.data / other.data ** 2 * out.grad
        out.pull = pull
        return out

    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other

    def backward(self):
        done, line = set(), []
        def queue_up(v):
            if v in done: return
            done.add(v)
            for p in v.prev: queue_up(p)
            line.append(v)
        queue_up(self)
        self.grad = 1.0
        while line:
            line.pop().pull()


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(rnd.uniform(-1, 1))] * nin
        self.b = Value(rnd.uniform(-1, 1))
        self.nonlin = nonlin

    def __call__(self, x):
        z = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return z.relu() if self.nonlin else z

    def parameters(self):
        return self.w + [self.b]


class Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x):
        res = [n(x) for n in self.neurons]
        return res if len(res) > 1 else res[0]

    def parameters(self):
        return [n.parameters() for n in self.neurons]
