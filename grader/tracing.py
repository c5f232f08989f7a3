"""Turns a few lines of Python into an expression: trace(lambda a, b: a + b, 2, 3)."""

from __future__ import annotations

from collections.abc import Callable

from grader.program import BACKWARD, ZERO, Expression, Number, Plain, Step


class Tracer:
    """Collects the steps that its symbols take."""

    def __init__(self, leaves: tuple[Number, ...]) -> None:
        self.leaves = leaves
        self.steps: list[Step] = []
        self.nodes = len(leaves)

    def step(self, op: str, *operands: Symbol | Number) -> Symbol:
        self.steps.append(Step(op, tuple(x._index if isinstance(x, Symbol) else Plain(x) for x in operands)))
        self.nodes += 1
        return Symbol(self, self.nodes - 1)

    def act(self, action: str, *operands: int) -> None:
        self.steps.append(Step(action, operands))


class Symbol:
    """A node that is yet to be computed."""

    def __init__(self, tracer: Tracer, index: int) -> None:
        self._tracer = tracer
        self._index = index

    def __add__(self, other: Symbol | Number) -> Symbol:
        return self._tracer.step("+", self, other)

    def __radd__(self, other: Number) -> Symbol:
        return self._tracer.step("+", other, self)

    def __sub__(self, other: Symbol | Number) -> Symbol:
        return self._tracer.step("-", self, other)

    def __rsub__(self, other: Number) -> Symbol:
        return self._tracer.step("-", other, self)

    def __mul__(self, other: Symbol | Number) -> Symbol:
        return self._tracer.step("*", self, other)

    def __rmul__(self, other: Number) -> Symbol:
        return self._tracer.step("*", other, self)

    def __truediv__(self, other: Symbol | Number) -> Symbol:
        return self._tracer.step("/", self, other)

    def __rtruediv__(self, other: Number) -> Symbol:
        return self._tracer.step("/", other, self)

    def __pow__(self, exponent: Number) -> Symbol:
        return self._tracer.step("**", self, exponent)

    def __neg__(self) -> Symbol:
        return self._tracer.step("neg", self)

    def backward(self) -> None:
        self._tracer.act(BACKWARD, self._index)

    def __getattr__(self, name: str) -> Callable[[], Symbol]:
        """Take any other method, such as relu(), as the operation of that name on this node alone."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda: self._tracer.step(name, self)

    def zero_all(self) -> None:
        """Set the gradient of every node so far to zero."""
        self._tracer.act(ZERO)


def trace(build: Callable[..., Symbol | None], *leaves: Number) -> Expression:
    """The expression that build makes of its leaves.

    build may call backward() itself and return None; where it returns a node, that is the root and
    backward() is called on it last.
    """
    tracer = Tracer(leaves)
    root = build(*(Symbol(tracer, index) for index in range(len(leaves))))
    if root is not None:
        root.backward()
    return Expression(leaves, tuple(tracer.steps))
