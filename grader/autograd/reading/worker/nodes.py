"""How an engine's nodes are made, looked at and run: the four names that a reading needs."""

from __future__ import annotations

from . import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Point = Callable[[str], Any]  # a point's numbers by their names


class Nodes:
    """The course's own: each node keeps its operands, and its rule as a function without arguments.

    value: the class of nodes. data, grad, operands, rule: attributes' names.
    stores: whether rules are stored in nodes, where they may be missing or in the wrong place.
    ours: whether it is the course's Value, of which is known what may stand in its operands.
    """

    data, grad, operands, rule = "data", "grad", "_prev", "_backward"
    stores = ours = True

    def __init__(self, value: Any) -> None:
        self.value = value
        self.nothing: Any = value(0.0)._backward

    def make(self, number: Any) -> Any:
        """A leaf that holds the number."""
        return self.value(number)

    def function(self, attribute: str) -> Any:
        """The operation that is read."""
        return self.value.__dict__[attribute]

    def of(self, node: Any, name: str) -> Any:
        """What an attribute of that name holds."""
        return getattr(node, name)

    def put(self, node: Any, name: str, x: Any) -> None:
        """Set an attribute."""
        setattr(node, name, x)

    def held(self, node: Any) -> Any:
        """The operands as a node keeps them."""
        return getattr(node, self.operands)

    def listed(self, node: Any) -> list[Any]:
        """The operands that are nodes; none where they are kept in something strange."""
        held = self.held(node)
        return [operand for operand in held if isinstance(operand, self.value)] if _known(held) else []

    def strange(self, node: Any) -> list[Any]:
        """What is among the operands and is no node, where nothing else may be."""
        held = self.held(node)
        return [x for x in held if not isinstance(x, self.value)] if _known(held) else []

    def is_nothing(self, rule: Any) -> bool:
        """Whether a rule is what every new node has."""
        return rule is self.nothing

    def has_rule(self, node: Any) -> bool:
        """Whether a node has something to send back by."""
        return not self.is_nothing(self.of(node, self.rule))

    def can_send(self, node: Any) -> bool:
        """Whether what a node has can be run."""
        return callable(self.of(node, self.rule))

    def send(self, node: Any) -> None:
        """Run a node's rule."""
        self.of(node, self.rule)()

    walks = False

    @property
    def backward(self) -> Any:
        """The method that is read."""
        return self.value.__dict__["backward"]

    @property
    def by_address(self) -> bool:
        """Whether hashes are nothing that the code says, so that others do as well."""
        return bool(self.value.__hash__ is object.__hash__)

    def node(self, data: Any, operands: list[Any], label: str) -> Any:
        """A node of these operands, without a rule."""
        return self.value(data, operands, label)

    def give(self, node: Any, turn: Callable[[], tuple[float, ...]], share: Callable[..., None]) -> None:
        """Give a node a rule: it has its turn, and shares what has arrived.

        turn: gives the slopes. share: adds to the operands' gradients.
        """

        def rule() -> None:
            turn()
            share()

        self.put(node, self.rule, rule)

    def give_leaf(self, leaf: Any, step: Callable[[], None]) -> None:
        """Let a leaf's rule, if leaves have one, be a step of the walk."""
        self.put(leaf, self.rule, step)

    def walk(self, out: Any, given: Point) -> bool:
        """Send back by the engine's own backward(); whether what arrives is the point's, and not 1."""
        raise NotImplementedError

    def files(self, function: Any) -> set[str]:  # noqa: ARG002 (others have use for it)
        """The files besides whose lines are told where this operation is read."""
        return set()

    def modules(self, function: Any) -> list[dict[str, Any]]:  # noqa: ARG002 (see above)
        """The names that it sees besides those of the student's files."""
        return []

    def number(self, x: Any) -> float:
        """A real number as a float, NaN for anything else."""
        return record.number(x)

    def bare(self, x: Any) -> Any:
        """A number as one of Python's own, where it is held in something else."""
        return x


def _known(operands: Any) -> bool:
    """Whether they are kept in something that can be gone through without changing it."""
    return isinstance(operands, (tuple, list, set, frozenset))


# ---- of an engine in a shape of its own, as they were found out before it was graded


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
        if not self.grad or self.values.dimensions >= 0 or self.values.is_single():
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
        self.graph.list_elsewhere(out, operands)
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
