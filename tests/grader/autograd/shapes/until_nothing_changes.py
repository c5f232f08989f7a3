# propagate until nothing changes anymore

class Scalar:
    def __init__(self, data, srcs=(), f=None):
        self.data = data
        self.grad = 0.0
        self.srcs = srcs
        self.f = f

    def __add__(self, other):
        if not isinstance(other, Scalar):
            other = Scalar(other)
        return Scalar(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        if not isinstance(other, Scalar):
            other = Scalar(other)
        return Scalar(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, k):
        return Scalar(self.data ** k, (self,), lambda g: (g * k * self.data ** (k - 1),))

    def relu(self):
        return Scalar(max(0, self.data), (self,), lambda g: (g * (self.data > 0),))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def backward(self):
        self.grad = 1.0
        changed = True
        while changed:
            changed = False
            todo = [self]
            while todo:
                s = todo.pop()
                if s.f is not None:
                    for src, g in zip(s.srcs, s.f(s.grad)):
                        if g != 0:
                            src.grad += g
                            changed = True
                        todo.append(src)
