"""backward() on a small graph: what it does to each node, one event after the other.

Nodes are Values whose attributes are watched, so that no code can tell them from others. Their rules are
ours.
"""

from __future__ import annotations

import sys

from .nodes import Nodes
from .record import ENDS, EVENTS, MOST_EVENTS, MOST_STEPS, NAN, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TURN, GRAD, DATA, OPERANDS, CALL = range(len(EVENTS))
# By these a node's place is multiplied for its hash: an order that follows a set's is another with each.
MIXED, PRIME = (1, 618_034, 381_967), 1_000_003
MOST_ENDLESS = 4  # walks that are followed to the limit
NEAR = 8  # frames between an event and the line that brings it about


class Endless(BaseException):
    """The walk has taken more steps than any walk needs; not to be caught by the code that is read."""


class Walks:
    """Runs backward() on graphs, whose last node is the root.

    Asked for as (leaves, steps, again, before, version). leaves: their data. steps: for each further node its
    label, operands, data and slopes. again: whether it is called once without a look, and then looked at.
    before: all gradients then. version: of the hashes.
    """

    def __init__(self, nodes: Nodes) -> None:
        self.value, self.of = nodes.value, nodes
        self.places: dict[int, int] = {}  # of the graph's nodes, by identity
        self.hashed: dict[int, int] = {}
        self.kept: list[Any] = []  # nodes of earlier graphs live on, so that no identity comes twice
        self.listens = False
        self.steps = 0
        self.version = 0
        self.endless = 0
        self.events: list[tuple[int, int, Any, float]] = []
        self.data = self._watched(nodes.data, DATA)
        self.grad = self._watched(nodes.grad, GRAD)
        self.operands = self._watched(nodes.operands, OPERANDS)
        self._watch_hashes()
        self.file = self._watch_calls(nodes.backward)

    def run(
        self, leaves: Any, steps: Any, again: bool, before: tuple[float, ...], version: int
    ) -> list[float]:
        """One record; raises whatever backward() raises."""
        record = Record({})
        if self.endless >= MOST_ENDLESS:
            record.put(ENDS.index("not tried"))
            return record.numbers
        self.version = version
        nodes = self._graph(leaves, steps)
        given = [(self.data.of(node), listed(self.operands.of(node)), {*held(node)}) for node in nodes]
        ended = not again or self._walk(nodes[-1])
        for node, gradient in zip(nodes, before):
            self.grad.put(node, gradient)
        ended = self._walk(nodes[-1]) and ended
        self.endless += not ended
        record.put(ENDS.index("returned" if ended else "endless"), len(self.events))
        for node, (data, operands, known) in zip(nodes, given):
            record.put(number(self.grad.of(node)))
            record.put(1 * self._others(node, operands) + 2 * (self.data.of(node) is not data))
            record.numbers[-1] += 4 * bool({*held(node)} - known)
        for what, place, x, line in self.events[:MOST_EVENTS]:
            record.put(what, place, number(x), line)
        return record.numbers

    def _graph(self, leaves: Any, steps: Any) -> list[Any]:
        nodes: list[Any] = []
        for data in leaves:
            leaf = self._added(self.of.make(data), nodes)
            self.of.give_leaf(leaf, self._step)
        for label, operands, data, slopes in steps:
            made = [nodes[place] for place in operands]
            node = self._added(self.of.node(data, made, label), nodes)
            self._give_rule(node, made, slopes)
        self.places = {id(node): place for place, node in enumerate(nodes)}
        return nodes

    def _added(self, node: Any, nodes: list[Any]) -> Any:
        """The next of a graph's nodes; it has its hash before a set of operands is made of it."""
        self.hashed[id(node)] = len(nodes)
        nodes.append(node)
        self.kept.append(node)
        return node

    def _give_rule(self, node: Any, operands: list[Any], slopes: tuple[float, ...]) -> None:
        def turn() -> tuple[float, ...]:
            self._note(TURN, node, number(self.grad.of(node)))
            return slopes

        def share() -> None:
            arrived = number(self.grad.of(node))
            for operand, slope in zip(operands, slopes):
                self.grad.put(operand, number(self.grad.of(operand)) + slope * arrived)

        self.of.give(node, turn, share)

    def _walk(self, root: Any) -> bool:
        """One call, logged; whether it came to an end."""
        self.events, self.steps, self.listens = [], 0, True
        try:
            root.backward()
        except Endless:
            pass
        finally:
            self.listens = False
        return self.steps <= MOST_STEPS

    def _others(self, node: Any, operands: list[Any]) -> bool:
        now = self.operands.of(node)
        same = now is None or isinstance(now, (list, tuple, set, frozenset))
        return not (same and [*map(id, listed(now))] == [*map(id, operands)])

    def _step(self) -> None:
        if self.listens:
            self.steps += 1
            if self.steps > MOST_STEPS:  # and again at whatever is done after it
                raise Endless

    def _note(self, what: int, node: Any, x: Any = None) -> None:
        if self.listens and id(node) in self.hashed:
            self._step()
            self.events.append((what, self.places.get(id(node), -1), x, self._line()))

    def _line(self) -> float:
        """The innermost line of the file that backward() comes from."""
        frame: Any = sys._getframe(2)
        for _ in range(NEAR):
            if frame is None or frame.f_code is Walks._walk.__code__:
                break
            if frame.f_code.co_filename == self.file:
                return float(frame.f_lineno)
            frame = frame.f_back
        return 0.0

    def _watched(self, name: str, what: int) -> Attribute:
        """Watch an attribute of all nodes; the attribute as it is without being watched."""
        held = Attribute(self.value, name)

        def get(node: Any) -> Any:
            self._step()
            return held.of(node)

        def put(node: Any, x: Any) -> None:
            self._note(what, node, x)
            held.put(node, x)

        setattr(self.value, name, property(get, put, lambda node: put(node, None)))
        return held

    def _watch_hashes(self) -> None:
        if not self.of.by_address:
            return

        def hashed(node: Any) -> int:
            self._step()
            place = self.hashed.get(id(node))
            return object.__hash__(node) if place is None else (place + 1) * MIXED[self.version] % PRIME

        self.value.__hash__ = hashed

    def _watch_calls(self, backward: Any) -> str:
        """Note whom backward() is called for; the file that it comes from."""
        bind = getattr(type(backward), "__get__", None)

        def called(node: Any, *more: Any, **named: Any) -> Any:
            self._note(CALL, node)
            bound = bind(backward, node, type(node)) if bind else backward
            return bound(*more, **named)

        self.value.backward = called
        code = getattr(getattr(backward, "__wrapped__", backward), "__code__", None)
        return str(code.co_filename) if code is not None else ""


class Attribute:
    """An attribute of nodes, as their class keeps it: in a slot or in each node's __dict__."""

    def __init__(self, value: Any, name: str) -> None:
        self.usual = next((vars(cls)[name] for cls in value.__mro__ if name in vars(cls)), None)
        self.slot = self.usual if hasattr(self.usual, "__set__") else None
        self.name = name

    def of(self, node: Any) -> Any:
        if self.slot is not None:
            return self.slot.__get__(node, type(node))
        try:
            return node.__dict__[self.name]
        except KeyError:
            if self.usual is not None:
                return self.usual
            raise AttributeError(self.name) from None

    def put(self, node: Any, x: Any) -> None:
        if self.slot is not None:
            self.slot.__set__(node, x)
        else:
            node.__dict__[self.name] = x


def listed(operands: Any) -> list[Any]:
    """What a node keeps as its operands, which may be nothing at all."""
    return [] if operands is None else [*operands]


def held(node: Any) -> Any:
    """The names of a node's attributes, where it has more than those of its class."""
    return getattr(node, "__dict__", ())


def number(x: Any) -> float:
    """What counts as a number to the grader as a float, NaN for anything else."""
    try:
        return NAN if isinstance(x, (str, bytes)) else float(x)
    except (TypeError, ValueError, OverflowError, AttributeError):
        return NAN
