"""Tries out what a class of numbers can do: the little that has to be known before programs are sent."""

from __future__ import annotations

import operator
from contextlib import suppress

from .linking import found
from .names import REFUSALS, TRIED, UNARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .graph import Graph
    from .values import Values

BINARY: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+": ("__add__", operator.add),
    "-": ("__sub__", operator.sub),
    "*": ("__mul__", operator.mul),
    "/": ("__truediv__", operator.truediv),
}
EXPONENTS = {"**negative": -1, "**float": 0.5}


def refused(values: Values) -> set[str]:
    """The operations that are not there, or that turn down what they are given: "+", "+right" and so on."""
    a, b = (values.make(number) for number in (4.0, 2.0))
    methods = {op: name for op, (name, _) in BINARY.items()} | {
        "neg": "__neg__",
        "relu": "relu",
        "**int": "__pow__",
    }
    methods |= {name: name for name in UNARY}
    lacking = {op for op, name in methods.items() if _lacks(values, name, (a, b))}
    for op, (name, function) in BINARY.items():
        if not values.has(name) or _turned_down(function, a, 3):
            lacking.add(f"{op}right")
        if _turned_down(function, 3, a):
            lacking.add(f"{op}left")
    for what, exponent in EXPONENTS.items():
        if not values.has("__pow__") or _turned_down(operator.pow, a, exponent):
            lacking.add(what)
    return lacking


def _lacks(values: Values, name: str, operands: tuple[Any, ...]) -> bool:
    """Whether a method is not there or still to be written; what is there may crash as it likes."""
    if not values.has(name):
        return True
    binary = name in [method for method, _ in BINARY.values()]
    given = operands if binary else (operands[0], 2) if name == "__pow__" else operands[:1]
    try:
        getattr(values.cls, name)(*given)
    except NotImplementedError:
        return True
    except Exception:
        return False
    return False


def _turned_down(function: Callable[[Any, Any], Any], one: Any, other: Any) -> bool:
    """Whether it raises as what is not foreseen does."""
    try:
        function(one, other)
    except REFUSALS:
        return True
    except Exception:
        return False
    return False


def results(values: Values) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What the operations give that work at all, each with its operands."""
    for _, function in BINARY.values():
        operands = tuple(values.make(number) for number in TRIED)
        yield from _given(values, operands, lambda f=function, o=operands: f(*o))
    for attempt in (lambda a: a**2, lambda a: -a, lambda a: a.relu(), lambda a: a.tanh(), lambda a: a.exp()):
        operand = values.make(TRIED[0])
        yield from _given(values, (operand,), lambda f=attempt, a=operand: f(a))


def _given(values: Values, operands: Any, attempt: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    try:
        out = attempt()
    except Exception:
        return
    if isinstance(out, values.cls):
        yield out, operands


def graph_of(values: Values) -> Graph | None:
    """How nodes are linked, if that is a way in which others can be made; the one that keeps its promises."""
    make = values.make if values.extra else values.cls
    graphs = found(make, values.grad, results(values)) if values.grad else []
    for graph in graphs:
        if any(_sends(graph, values, *tried) for tried in SLOPES):
            return graph
    # Where no operation is right, what is linked as most engines are is taken to be linked so.
    return next((g for g in graphs if g.kind == "closures" and not hasattr(values.cls, g.rule)), None)


SLOPES: tuple[tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]], ...] = (
    (operator.mul, (3.0, 5.0), (5.0, 3.0)),
    (operator.add, (3.0, 5.0), (1.0, 1.0)),
    (operator.sub, (3.0, 5.0), (1.0, -1.0)),
    (lambda a: a**2, (3.0,), (6.0,)),
)


def _sends(graph: Graph, values: Values, function: Any, numbers: Any, slopes: Any) -> bool:
    """Whether an operation's own node sends on the right shares, read and written in this way."""
    operands = [values.make(number) for number in numbers]
    try:
        out = function(*operands)
        setattr(out, graph.grad, 2.0)
        graph.send(out)
        return all(abs(float(getattr(a, graph.grad)) - 2 * s) < 1e-4 for a, s in zip(operands, slopes))
    except Exception:
        return False


def resets(values: Values, graph: Graph | None) -> bool:
    """Whether backward() sets the gradients in the graph to zero before it begins."""
    a, b = values.make(3.0), values.make(2.0)
    for _ in range(2):
        out = _product(a, values) if graph is None else graph.node(6.0, (a, b), (2.0, 3.0))
        out.backward()
    return abs(float(a.grad) - 2.0) < 1e-4


def _product(a: Any, values: Values) -> Any:
    """Some node of which a's gradient is 2."""
    attempts: tuple[Callable[[], Any], ...] = (lambda: a * values.make(2.0), lambda: a + a, lambda: a * 2)
    for attempt in attempts:
        with suppress(Exception):
            if isinstance(out := attempt(), values.cls):
                return out
    raise TypeError
