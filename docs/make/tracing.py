"""Graphs that the reference engine has built, as nodes to be drawn: whole, or as they are on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from grader.alone import engine
from grader.course.course import here
from grader.model import Node

SIGNS = ("+", "*")


def reference() -> SimpleNamespace:
    """Value, Neuron, Layer and MLP as they are when everything is solved."""
    return engine("mlp", here().root / "solutions")


def in_order(root: Any) -> list[Any]:
    """The nodes of a graph, each after its operands; those of the left before those of the right."""
    if not root._prev:
        return [root]
    found = [node for operand in root._prev for node in in_order(operand)]
    return [*{id(node): node for node in (*found, root)}.values()]


def nodes(root: Any, names: Mapping[str, Any]) -> tuple[Node, ...]:
    """The graph as it is now.

    names: what its nodes are called; a leaf without a name is a plain number, and stands in the formulas.
    """
    called = {id(node): name for name, node in names.items()}
    drawn = [node for node in in_order(root) if id(node) in called]
    return tuple(_node(node, called) for node in drawn)


def _node(node: Any, called: Mapping[int, str]) -> Node:
    def name(operand: Any) -> str:
        return called.get(id(operand), f"{operand.data:g}")

    parts = [name(operand) for operand in node._prev]
    operands = tuple(called[id(operand)] for operand in node._prev if id(operand) in called)
    formula = _formula(node._op, parts) if parts else f"{node.data:g}"
    data, grad = float(node.data), float(node.grad)
    return Node(called[id(node)], formula, operands, (data, None), (grad, None), False)


def _formula(sign: str, parts: list[str]) -> str:
    if sign in SIGNS:
        return f" {sign} ".join(parts)
    return f"{parts[0]}.relu()" if sign == "relu" else f"{parts[0]} {sign.replace('**', '** ')}"


def turns(root: Any, look: Callable[[], None]) -> None:
    """A backward pass, slowly: look is called after the seed, and after the turn of each node that shares."""
    root.grad = 1
    look()
    for node in reversed(in_order(root)):
        if node._prev:
            node._backward()
            look()
