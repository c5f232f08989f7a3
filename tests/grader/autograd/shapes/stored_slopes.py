"""A scalar autograd in which every node stores its operands and the slopes towards them."""
from __future__ import annotations

from dataclasses import dataclass, field
import math


@dataclass(eq=False, slots=True)
class Value:
    data: float
    grad: float = 0.0
    children: tuple[Value, ...] = ()
    local_grads: tuple[float, ...] = field(default=(), repr=False)

    def __add__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.data + other.data, children=(self, other), local_grads=(1, 1))

    def __mul__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.data * other.data, children=(self, other), local_grads=(other.data, self.data))

    def __pow__(self, k: float) -> Value:
        return Value(self.data**k, children=(self,), local_grads=(k * self.data ** (k - 1),))

    def log(self) -> Value:
        return Value(math.log(self.data), children=(self,), local_grads=(1 / self.data,))

    def exp(self) -> Value:
        e = math.exp(self.data)
        return Value(e, children=(self,), local_grads=(e,))

    def relu(self) -> Value:
        return Value(max(0, self.data), children=(self,), local_grads=(float(self.data > 0),))

    def __neg__(self) -> Value:
        return self * -1

    def __radd__(self, other: float) -> Value:
        return self + other

    def __sub__(self, other: Value | float) -> Value:
        return self + (-other)

    def __rsub__(self, other: float) -> Value:
        return other + (-self)

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __truediv__(self, other: Value | float) -> Value:
        return self * other**-1

    def __rtruediv__(self, other: float) -> Value:
        return other * self**-1

    def backward(self) -> None:
        order: list[Value] = []
        seen: set[int] = set()
        stack: list[tuple[Value, bool]] = [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack += [(child, False) for child in node.children]
        self.grad = 1
        for node in reversed(order):
            for child, slope in zip(node.children, node.local_grads):
                child.grad += slope * node.grad


def as_value(x: Value | float) -> Value:
    return x if isinstance(x, Value) else Value(x)


def linear(x: list[Value], w: list[list[Value]]) -> list[Value]:
    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]


def softmax(logits: list[Value]) -> list[Value]:
    top = max(v.data for v in logits)
    exps = [(v - top).exp() for v in logits]
    total = sum(exps)
    return [e / total for e in exps]
