from __future__ import annotations

import random


class Value:
    """Everything that is computed."""

    def __init__(self, data, *, parents=(), rule=None, name=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.rule = rule
        self.name = name

    @staticmethod
    def _coerce(x) -> Value:
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value._coerce(other)

        def rule(out):
            # "self" gets its share, and other is a constant most of the time
            self.grad += out.grad
            if isinstance(other, Parameter):
                other.grad += out.grad

        return Value(self.data + other.data, parents=(self, other), rule=rule)

    def __mul__(self, other):
        other = Value._coerce(other)

        def rule(out):
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        return Value(self.data * other.data, parents=(self, other), rule=rule)

    def __pow__(self, k):
        def rule(out):
            self.grad += k * self.data ** (k - 1) * out.grad

        return Value(self.data**k, parents=(self,), rule=rule)

    def relu(self):
        def rule(out):
            self.grad += out.grad * (out.data > 0)

        return Value(max(self.data, 0.0), parents=(self,), rule=rule)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v.rule is not None:
                v.rule(v)


class Parameter(Value):
    """A Value that training changes; random unless told otherwise."""

    def __init__(self, data=None, name=""):
        super().__init__(random.uniform(-1, 1) if data is None else data, name=name)

    def step(self, rate):
        self.data -= rate * self.grad
        self.grad = 0.0
