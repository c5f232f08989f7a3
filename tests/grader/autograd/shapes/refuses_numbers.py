from __future__ import annotations
from random import uniform


class Value:
    """Strict on purpose: a Value only ever meets a Value. Write Value(2) * x, not 2 * x."""

    def __init__(self, data: float, op: str = "", *inputs: Value) -> None:
        self.data = data
        self.grad = 0.0
        self.op = op
        self.inputs = inputs
        self.rule = None

    def __add__(self, other: Value) -> Value:
        same_kind(other)
        out = Value(self.data + other.data, "+", self, other)

        def rule():
            self.grad += out.grad
            other.grad += out.grad

        out.rule = rule
        return out

    def __sub__(self, other: Value) -> Value:
        same_kind(other)
        out = Value(self.data - other.data, "-", self, other)

        def rule():
            self.grad += out.grad
            other.grad -= out.grad

        out.rule = rule
        return out

    def __mul__(self, other: Value) -> Value:
        same_kind(other)
        out = Value(self.data * other.data, "*", self, other)

        def rule():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out.rule = rule
        return out

    def __neg__(self) -> Value:
        out = Value(-self.data, "neg", self)

        def rule():
            self.grad -= out.grad

        out.rule = rule
        return out

    def __pow__(self, k: int | float) -> Value:
        out = Value(self.data**k, f"**{k}", self)

        def rule():
            self.grad += out.grad * k * self.data ** (k - 1)

        out.rule = rule
        return out

    def relu(self) -> Value:
        out = Value(max(0.0, self.data), "relu", self)

        def rule():
            self.grad += out.grad * (self.data > 0)

        out.rule = rule
        return out

    def backward(self) -> None:
        finished: list[Value] = []

        def visit(v: Value) -> None:
            if not any(v is f for f in finished):
                for i in v.inputs:
                    visit(i)
                finished.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(finished):
            if v.rule:
                v.rule()


def same_kind(other):
    if not isinstance(other, Value):
        raise TypeError(f"expected a Value, got {type(other).__name__}")


class Neuron:
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(uniform(-1, 1))
        self.nonlin = nonlin

    def __call__(self, x: list[Value]) -> Value:
        out = self.b
        for w, v in zip(self.w, x):
            out = out + w * v
        return out.relu() if self.nonlin else out

    def parameters(self) -> list[Value]:
        return self.w + [self.b]


class Layer:
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: list[Value]) -> list[Value]:
        return [n(x) for n in self.neurons]

    def parameters(self) -> list[Value]:
        return [p for n in self.neurons for p in n.parameters()]
