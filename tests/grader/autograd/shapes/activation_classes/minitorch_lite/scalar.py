from __future__ import annotations

from typing import Callable, Union

Number = Union[int, float]


class Scalar:
    def __init__(self, data: Number, parents: tuple[Scalar, ...] = (), backward_fn: Callable[[float], None] | None = None):
        self.data = data
        self.grad = 0.0
        self._parents = parents
        self._backward_fn = backward_fn

    @staticmethod
    def of(x: Scalar | Number) -> Scalar:
        return x if isinstance(x, Scalar) else Scalar(x)

    def __add__(self, other: Scalar | Number) -> Scalar:
        other = Scalar.of(other)

        def push(g: float) -> None:
            self.grad += g
            other.grad += g

        return Scalar(self.data + other.data, (self, other), push)

    def __mul__(self, other: Scalar | Number) -> Scalar:
        other = Scalar.of(other)

        def push(g: float) -> None:
            self.grad += g * other.data
            other.grad += g * self.data

        return Scalar(self.data * other.data, (self, other), push)

    def __pow__(self, k: Number) -> Scalar:
        def push(g: float) -> None:
            self.grad += g * k * self.data ** (k - 1)

        return Scalar(self.data ** k, (self,), push)

    def __neg__(self) -> Scalar:
        def push(g: float) -> None:
            self.grad -= g

        return Scalar(-self.data, (self,), push)

    def __sub__(self, other: Scalar | Number) -> Scalar:
        return self + (-Scalar.of(other))

    def __rsub__(self, other: Number) -> Scalar:
        return Scalar.of(other) - self

    def __truediv__(self, other: Scalar | Number) -> Scalar:
        return self * Scalar.of(other) ** -1

    def __rtruediv__(self, other: Number) -> Scalar:
        return Scalar.of(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        order: list[Scalar] = []
        seen: set[int] = set()

        def visit(s: Scalar) -> None:
            if id(s) not in seen:
                seen.add(id(s))
                for p in s._parents:
                    visit(p)
                order.append(s)

        visit(self)
        self.grad = 1.0
        for s in reversed(order):
            if s._backward_fn:
                s._backward_fn(s.grad)
