from typing import Callable, Optional, Set, Tuple, Union


class Value:

    def __init__(self, data: Union[int, float], _children: Tuple = (), _op: str = "", label: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self.label = label
        self._prev: Set["Value"] = set(_children)
        self._op = _op
        self._backward: Callable = lambda: None

    def __repr__(self) -> str:
        return f"Value(label={self.label}, data={self.data:.4f}, grad={self.grad:.4f})"

    def __add__(self, other: Union["Value", int, float]) -> "Value":
        other = self._convert(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other: Union["Value", int, float]) -> "Value":
        other = self._convert(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out._backward = _backward
        return out

    def __pow__(self, power: Union[int, float]) -> "Value":
        out = Value(self.data ** power, (self,), f"^{power}")

        def _backward() -> None:
            self.grad += out.grad * power * self.data ** (power - 1)

        out._backward = _backward
        return out

    def relu(self) -> "Value":
        out = Value(self.data if self.data >= 0 else 0, (self,), "relu")

        def _backward() -> None:
            # at 0 we let the gradient through
            self.grad += out.grad if self.data >= 0 else 0

        out._backward = _backward
        return out

    @staticmethod
    def _convert(x) -> "Value":
        if isinstance(x, Value):
            return x
        if isinstance(x, (int, float)):
            return Value(x)
        raise TypeError(f"cannot use {type(x)} here")

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-self._convert(other))
    def __rsub__(self, other): return self._convert(other) - self
    def __truediv__(self, other): return self * self._convert(other) ** -1
    def __rtruediv__(self, other): return self._convert(other) / self

    def topological_order(self):
        seen, order = set(), []

        def walk(v: Value) -> None:
            if v in seen:
                return
            seen.add(v)
            for child in v._prev:
                walk(child)
            order.append(v)

        walk(self)
        return order

    def backward(self, gradient: Optional[float] = None) -> None:
        self.grad = 1.0 if gradient is None else gradient
        for v in reversed(self.topological_order()):
            v._backward()
