# functions instead of methods, as in JAX (well, nearly)
import math


class Var:
    __slots__ = ("val", "grad", "parents")

    def __init__(self, val):
        self.val = val
        self.grad = 0.0
        self.parents = []       # pairs (parent, derivative)

    def __add__(self, other):
        return add(self, other)

    def __radd__(self, other):
        return add(other, self)

    def __mul__(self, other):
        return mul(self, other)

    def __rmul__(self, other):
        return mul(other, self)

    def __sub__(self, other):
        return add(self, mul(other, -1))

    def __rsub__(self, other):
        return add(other, mul(self, -1))

    def __neg__(self):
        return mul(self, -1)

    def __pow__(self, k):
        return power(self, k)


def var(x):
    return x if isinstance(x, Var) else Var(x)


def add(a, b):
    a, b = var(a), var(b)
    out = Var(a.val + b.val)
    out.parents = [(a, 1.0), (b, 1.0)]
    return out


def mul(a, b):
    a, b = var(a), var(b)
    out = Var(a.val * b.val)
    out.parents = [(a, b.val), (b, a.val)]
    return out


def power(a, k):
    out = Var(a.val ** k)
    out.parents = [(a, k * a.val ** (k - 1))]
    return out


def relu(a):
    if a.val > 0:
        out = Var(a.val)
        out.parents = [(a, 1.0)]
    else:
        out = Var(0.0)
        out.parents = [(a, 0.0)]
    return out


def sigmoid(a):
    s = 1 / (1 + math.exp(-a.val))
    out = Var(s)
    out.parents = [(a, s * (1 - s))]
    return out


def backward(root):
    """fills .grad of everything that root depends on"""
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for parent, _ in v.parents:
                visit(parent)
            order.append(v)

    visit(root)
    root.grad = 1.0
    for v in order[::-1]:
        for parent, slope in v.parents:
            parent.grad += slope * v.grad
