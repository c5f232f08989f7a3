"""Runs packed programs on an engine and returns what was observed, as a flat list of numbers."""

from __future__ import annotations

import operator

from . import networks
from .misfit import Misfit, a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Engine = dict[str, Any]
    Numbers = list[Any]

OPS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}  # any other is a method of that name
NAN = float("nan")


def run(packed: tuple[Any, ...], engine: Engine) -> Numbers:
    """What the program observes; raises Misfit, or whatever the code under test raises."""
    tag, *fields = packed
    return RUNNERS[tag](engine, *fields)


def _expression(engine: Engine, leaves: tuple[Any, ...], steps: tuple[Any, ...]) -> Numbers:
    value = engine["Value"]
    nodes = [value(leaf) for leaf in leaves]
    inputs = nodes[:]
    for op, operands in steps:
        if op == "backward":
            nodes[operands[0]].backward()
        elif op == "zero":
            for node in nodes:
                node.grad = 0.0
        else:
            make = OPS.get(op) or operator.methodcaller(op)
            out = make(*[nodes[x] if type(x) is int else x[0] for x in operands])
            if not isinstance(out, value):
                raise Misfit(f"{_verb(op)} gave {a(out)}, expected a Value")
            nodes.append(out)
    inner = [_if_number(node.grad) for node in nodes[len(inputs) :]]
    return [node.data for node in nodes] + [leaf.grad for leaf in inputs] + inner


def _if_number(grad: Any) -> float:
    """Between the root and the leaves a gradient may be left as anything at all."""
    try:
        return float(grad) if type(grad) in (float, int, bool) else NAN
    except OverflowError:
        return NAN


def _verb(op: str) -> str:
    return "-a" if op == "neg" else f"a.{op}()" if op.isidentifier() else f"a {op} b"


def _chain(engine: Engine, links: int) -> Numbers:
    x = y = engine["Value"](1.0)
    for _ in range(links):
        y = y + x
    y.backward()
    return [y.data, x.grad]


def _seed(engine: Engine, leaf: Any) -> Numbers:
    x = engine["Value"](leaf)
    x.backward()
    return [type(x.grad) is float]


RUNNERS: dict[str, Callable[..., Numbers]] = {
    "expression": _expression,
    "chain": _chain,
    "seed": _seed,
    "forward": networks.forward,
    "census": networks.census,
    "fresh": networks.fresh,
    "nudge": networks.nudge,
    "bare": networks.bare,
    "training": networks.training,
    "descent": networks.descent,
}
