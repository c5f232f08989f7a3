"""Functions that know their way back; a power takes positive bases alone."""


class Step:
    def __init__(self, *inputs):
        self.inputs = inputs


class Sum(Step):
    def shares(self, upstream):
        return [upstream, upstream]


class Product(Step):
    def shares(self, upstream):
        one, other = self.inputs
        return [upstream * other.v, upstream * one.v]


class Power(Step):
    def __init__(self, base, k):
        super().__init__(base)
        self.k = k

    def shares(self, upstream):
        return [upstream * self.k * self.inputs[0].v ** (self.k - 1)]


class Bend(Step):
    def shares(self, upstream):
        return [upstream if self.inputs[0].v > 0 else 0.0]


class Value:
    def __init__(self, v, step=None):
        self.v = v
        self.step = step
        self.grad = 0.0

    @staticmethod
    def of(thing):
        return thing if isinstance(thing, Value) else Value(thing)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.v + other.v, Sum(self, other))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.v * other.v, Product(self, other))

    def __pow__(self, k):
        if self.v <= 0:
            raise ValueError(f"a base of {self.v} has no power here")
        return Value(self.v**k, Power(self, k))

    def relu(self):
        return Value(max(0.0, self.v), Bend(self))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Value.of(other)

    def __rsub__(self, other):
        return Value.of(other) - self

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for each in value.step.inputs if value.step else ():
                    visit(each)
                order.append(value)

        visit(self)
        for value in order:
            if value.step:
                value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            if value.step:
                for each, share in zip(value.step.inputs, value.step.shares(value.grad)):
                    each.grad += share
