"""The node every exercise works with: given, complete, nothing to write here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Number = int | float


class Value:
    """One number in a computation graph, and the gradient that flows back to it.

    data: the number itself.
    grad: d(root)/d(self), 0.0 until backward() has been called on a root.
    _backward: adds this node's share to the gradients of its operands.
    _prev: the operands this node was computed from, in order.
    _op: a label for reading graphs; nothing depends on it.

    The operators + * ** and the methods relu() and backward() are the exercises;
    the package's __init__.py attaches them to this class.
    """

    def __init__(self, data: Number, _children: Iterable[Value] = (), _op: str = "") -> None:
        self.data = data
        self.grad: Number = 0.0
        self._backward: Callable[[], None] = lambda: None
        self._prev: tuple[Value, ...] = tuple(_children)
        self._op = _op

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Value | Number) -> Value:
        return self + -other

    def __truediv__(self, other: Value | Number) -> Value:
        return self * other**-1

    # Python calls these when the plain number stands on the left: 1 + a, 2 * a, …
    def __radd__(self, other: Number) -> Value:
        return self + other

    def __rsub__(self, other: Number) -> Value:
        return -self + other

    def __rmul__(self, other: Number) -> Value:
        return self * other

    def __rtruediv__(self, other: Number) -> Value:
        return self**-1 * other

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"
