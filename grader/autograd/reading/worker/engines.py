"""The nodes of an engine in a shape of its own, as they were found out before it was graded."""

from __future__ import annotations

from . import record
from .nodes import Nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .nodes import Point


class Unread(Exception):
    """The nodes cannot be looked at without changing what they do."""


class Engine(Nodes):
    """Nodes by their own names.

    values, graph: as any_engine's worker has found them. Without a graph, a node's share is sent by the
    engine's own backward(); then nothing can be seen of how it is added.
    chains: its product of two nodes is right, and not what is read. numbered: its hashes are ours already.
    """

    ours = False

    def __init__(self, values: Any, graph: Any, chains: bool, numbered: bool) -> None:
        self.value, self.chains, self.numbered = values.cls, chains, numbered
        self.data, self.grad = values.data, values.grad
        self.values, self.graph = values, graph
        self.walks = graph is None
        self.operands = graph.parents if graph else ""
        self.rule = graph.rule if graph else ""
        kind = graph.kind if graph else ""
        self.stores = kind == "closures" and not callable(getattr(self.value, self.rule, None))
        leaf = self.make(1.0)
        # Gradients that are arrays may be changed in place.
        gradient = getattr(leaf, self.grad, None)
        self.wraps = not isinstance(gradient, (int, float)) and self.bare(gradient) is not gradient
        self.nothing = getattr(leaf, self.rule, None) if self.stores else None
        self._try(leaf)

    def _try(self, leaf: Any) -> None:
        """Raise Unread unless attributes can be read and set, and numbers are as exact as they are said."""
        if not self.grad or self.values.is_single():
            raise Unread
        self.put(leaf, self.grad, 2.5)
        if self.number(self.of(leaf, self.grad)) != 2.5 or self.number(self.of(leaf, self.data)) != 1.0:
            raise Unread

    def make(self, number: Any) -> Any:
        return self.values.make(number)

    def function(self, attribute: str) -> Any:
        return getattr(self.value, attribute)

    def put(self, node: Any, name: str, x: Any) -> None:
        if name == self.grad and self.wraps and type(x) in (int, float):
            x = getattr(self.make(x), self.data)
        try:
            setattr(node, name, x)
        except Exception:
            object.__setattr__(node, name, x)

    def of(self, node: Any, name: str) -> Any:
        return self.bare(getattr(node, name))

    def held(self, node: Any) -> Any:
        return tuple(self.listed(node))

    def listed(self, node: Any) -> list[Any]:
        operands = self.graph.operands(node) if self.graph else ()
        return [operand for operand in operands if isinstance(operand, self.value)]

    def strange(self, node: Any) -> list[Any]:
        """Other engines keep there what they like, as long as their backward() knows it."""
        operands = self.graph.operands(node) if self.graph else ()
        others = [operand for operand in operands if not isinstance(operand, self.value)]
        try:
            if others:
                node.backward()
        except Exception:
            return others
        return []

    def is_nothing(self, rule: Any) -> bool:
        if not self.stores:
            return False
        code = getattr(self.nothing, "__code__", None)
        same = code is not None and getattr(rule, "__code__", None) is code
        return rule is self.nothing or same

    def has_rule(self, node: Any) -> bool:
        if self.stores:
            return not self.is_nothing(getattr(node, self.rule, None))
        return bool(self.listed(node))

    def can_send(self, node: Any) -> bool:
        return not self.stores or callable(getattr(node, self.rule, None))

    def send(self, node: Any) -> None:
        self.graph.send(node)

    @property
    def backward(self) -> Any:
        return self.value.backward

    @property
    def by_address(self) -> bool:
        return self.numbered

    def node(self, data: Any, operands: list[Any], label: str) -> Any:  # noqa: ARG002 (it may have none)
        out = self.make(data)
        self.put(out, self.operands, self.graph.container(operands))
        return out

    def give(self, node: Any, turn: Callable[[], tuple[float, ...]], share: Callable[..., None]) -> None:
        def shares(upstream: Any) -> Any:
            slopes = turn()
            return tuple(slope * upstream for slope in slopes) if self.graph.returns else share()

        def adds(*_: Any) -> None:
            turn()
            share()

        self.put(node, self.rule, {"shares": shares, "lazy": turn}.get(self.graph.kind, adds))

    def give_leaf(self, leaf: Any, step: Callable[[], None]) -> None:
        if self.stores and callable(getattr(leaf, self.rule, None)):
            self.put(leaf, self.rule, lambda *_: step())

    def walk(self, out: Any, given: Point) -> bool:
        root = out * self.make(given("g")) if self.chains else out
        root.backward()
        return self.chains

    def files(self, function: Any) -> set[str]:
        code = code_of(function)
        return {code.co_filename} if code else set()

    def modules(self, function: Any) -> list[dict[str, Any]]:
        function = getattr(function, "__wrapped__", function)
        return [getattr(function, "__globals__", {})]

    def number(self, x: Any) -> float:
        return record.number(self.bare(x))

    def bare(self, x: Any) -> Any:
        """What an array without dimensions, or a library's scalar, holds."""
        if isinstance(x, (int, float, self.value)):
            return x
        try:
            return x.item() if hasattr(x, "item") and getattr(x, "shape", ()) == () else x
        except Exception:
            return x


def code_of(function: Any) -> Any:
    """The code of an operation; None where it is not Python's."""
    return getattr(getattr(function, "__wrapped__", function), "__code__", None)
