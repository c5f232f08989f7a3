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
