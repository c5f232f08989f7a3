"""One class per operation: forward computes, backward gives the local derivatives."""
from abc import ABC, abstractmethod


class Op(ABC):
    symbol = "?"

    @abstractmethod
    def forward(self, *xs: float) -> float: ...

    @abstractmethod
    def backward(self, upstream: float, *xs: float) -> tuple[float, ...]: ...


class Add(Op):
    symbol = "+"

    def forward(self, x, y):
        return x + y

    def backward(self, upstream, x, y):
        return upstream, upstream


class Mul(Op):
    symbol = "*"

    def forward(self, x, y):
        return x * y

    def backward(self, upstream, x, y):
        return upstream * y, upstream * x


class Pow(Op):
    def __init__(self, exponent):
        self.exponent = exponent
        self.symbol = f"^{exponent}"

    def forward(self, x):
        return x ** self.exponent

    def backward(self, upstream, x):
        return (upstream * self.exponent * x ** (self.exponent - 1),)


class ReLU(Op):
    symbol = "relu"

    def forward(self, x):
        return x if x > 0 else 0.0

    def backward(self, upstream, x):
        return (upstream if x > 0 else 0.0,)
