"""Calls of backward() on small graphs: which are asked for, and what each did, one event after the other.

What should come out is computed here. A record is believed only where our own rules, applied as it says that
they ran, lead to the gradients that it says came out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isnan

from grader.autograd.reading.algebra import close
from grader.autograd.reading.records import Question, Reader, Unreadable
from grader.autograd.reading.worker.record import ENDS, EVENTS, MOST_EVENTS, MOST_STEPS, TRACES, walk_record
from grader.model import Numbers, Observation, Overtime, Raised

VERSIONS = (1, 2)  # of the hashes, besides 0


# ---- the graphs


@dataclass(frozen=True, slots=True)
class Graph:
    """A small graph, operands before what is computed from them; the last node is the root.

    text: its operations as Python. operands, slopes: of each node, none for a leaf.
    true: each node's gradient.
    """

    text: str
    names: tuple[str, ...]
    data: tuple[float, ...]
    operands: tuple[tuple[int, ...], ...]
    labels: tuple[str, ...]
    slopes: tuple[tuple[float, ...], ...]
    true: tuple[float, ...]

    @property
    def root(self) -> int:
        return len(self.names) - 1

    @property
    def inner(self) -> list[int]:
        """All that are no leaves, in an order in which they may have their turns."""
        return [place for place in reversed(range(len(self.names))) if self.operands[place]]

    def users(self, place: int) -> list[int]:
        return [user for user in self.inner if place in self.operands[user]]


def _graph(text: str, **leaves: float) -> Graph:
    names, data = [*leaves], [*leaves.values()]
    operands: list[tuple[int, ...]] = [()] * len(names)
    slopes: list[tuple[float, ...]] = [()] * len(names)
    labels = [""] * len(names)
    for step in text.split("; ") if text else ():
        name, _, formula = step.partition(" = ")
        words = formula.split()
        operands.append(tuple(names.index(word.lstrip("-")) for word in words[::2]))
        x, y = data[operands[-1][0]], data[operands[-1][-1]]
        label = words[1] if len(words) > 1 else "neg"
        result, slope = {"+": (x + y, (1.0, 1.0)), "*": (x * y, (y, x)), "neg": (-x, (-1.0,))}[label]
        names.append(name)
        data.append(result)
        labels.append(label)
        slopes.append(slope)
    true = [0.0] * (len(names) - 1) + [1.0]
    for place in reversed(range(len(names))):
        for operand, each in zip(operands[place], slopes[place], strict=True):
            true[operand] += each * true[place]
    text = text or f"{names[0]} = Value({data[0]})"
    return Graph(text, tuple(names), tuple(data), tuple(operands), tuple(labels), tuple(slopes), tuple(true))


AB = {"a": 2.5, "b": 3.5}
LEAF, ONE = _graph("", a=3.5), _graph("c = a * b", **AB)
SQUARE = _graph("m = a * b; n = m * m; r = n + b", **AB)
DIAMONDS = tuple(_graph(f"m = a * b; n = m * b; r = {root}", **AB) for root in ("m + n", "n + m"))
CHAIN = _graph("m = a * b; n = c + m; o = n * d; p = o + a", **AB, c=-1.5, d=4.5)
LONGER = tuple(
    _graph(f"m = a * b; n = m + c; o = n * b; p = o + c; r = {root}", **AB, c=1.5)
    for root in ("m * p", "p * m")
)
LARGE = (
    _graph(
        "m = a * h; n = a + m; o = n * h; p = n + o; q = p * h; r = p + q; s = r * h; t = r + s", a=2.5, h=0.5
    ),
    _graph(
        "p = a * b; q = p + c; r = q * p; s = c * q; t = s + r; u = p * t; v = u + s; w = -q; x = w + v; "
        "y = x * r; z = y + t",
        a=1.5,
        b=-0.75,
        c=0.6,
    ),
)
GRAPHS = (
    LEAF,
    ONE,
    SQUARE,
    *DIAMONDS,
    _graph("m = a * b; n = a + b; r = m * n", a=2.0, b=2.0),
    _graph("m = a * b; n = a + b; r = m * n", a=2.25, b=3.0),
    _graph("n = a + b; m = n + n; r = m + c", a=-2.0, b=2.0, c=3.0),
    CHAIN,
    _graph("m = a * b; n = m * c; o = n + b; p = o * c", **AB, c=-1.5),
    _graph("m = a * b; n = -m; o = n + a; r = m * o", a=-2.5, b=1.5),
    *(_graph(f"m = a * b; n = m * m; o = m + b; r = {root}", **AB) for root in ("n + o", "o + n")),
    *LONGER,
    *LARGE,
)


# ---- what was seen there


@dataclass(frozen=True, slots=True)
class Walk:
    """One call to be looked at. again: a second one on the same graph. version: of the hashes."""

    graph: Graph
    before: tuple[float, ...]
    again: bool = False
    version: int = 0

    @property
    def fresh(self) -> bool:
        return not any(self.before) and not self.again

    def question(self) -> Question:
        graph = self.graph
        leaves = tuple(x for x, of in zip(graph.data, graph.operands, strict=True) if not of)
        steps = [*zip(graph.labels, graph.operands, graph.data, graph.slopes, strict=True)]
        details = (leaves, tuple(steps[len(leaves) :]), self.again, self.before, self.version)
        return Question("walk", details, walk_record(len(graph.names)))


def _zeros(graph: Graph) -> tuple[float, ...]:
    return (0.0,) * len(graph.names)


def _earlier(graph: Graph) -> tuple[float, ...]:
    """What earlier calls may have left in leaves and root, never 1; nodes in between are as new ones."""
    inner = {*graph.inner} - {graph.root}
    return tuple(0.0 if place in inner else 0.7 + 0.23 * place for place in range(len(graph.names)))


# Asked first and once more at the end: what differs then depends on what was called before.
SAME = Walk(DIAMONDS[0], _zeros(DIAMONDS[0]))
WALKS = (
    SAME,
    *(Walk(graph, _zeros(graph)) for graph in GRAPHS),
    *(Walk(graph, _earlier(graph)) for graph in (LEAF, ONE, SQUARE, *DIAMONDS, CHAIN)),
    *(Walk(g, _zeros(g), version=v) for g in (*DIAMONDS, *LONGER, *LARGE) for v in VERSIONS),
    replace(SAME, again=True),
    SAME,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A node's turn: what its gradient was then, and the line that gave it."""

    place: int
    gradient: float
    line: int


@dataclass
class Look:
    """What one call did.

    end: "" where it came back. whole: whether all events are known.
    turns: of nodes that are no leaves, in their order.
    arrived: nodes whose gradient was something else than 0 at some time.
    repeated: nodes that sent again what they had sent. zeroed: nodes whose gradient was set to 0 although it
    had not been passed on. ones: nodes other than the root whose gradient was set to 1. called: those for
    which backward() was called. Lines stand beside what they brought about.
    """

    walk: Walk
    end: str = ""
    raised: Raised | None = None
    whole: bool = True
    grads: list[float] = field(default_factory=list)
    traces: list[set[str]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    seeds: list[tuple[float, int]] = field(default_factory=list)
    arrived: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)
    zeroed: dict[int, int] = field(default_factory=dict)
    ones: dict[int, int] = field(default_factory=dict)
    called: set[int] = field(default_factory=set)

    @property
    def graph(self) -> Graph:
        return self.walk.graph

    @property
    def usable(self) -> bool:
        """Whether all of it is known, to its end."""
        return not self.end and self.whole

    @cached_property
    def wrong(self) -> bool:
        graph, before = self.graph, self.walk.before
        if self.end or any("other data" in traces for traces in self.traces):
            return True
        if graph.root == 0:
            return not close(self.grads[0], 1)
        leaves = (place for place, of in enumerate(graph.operands) if not of)
        return not all(close(self.grads[x], before[x] + graph.true[x]) for x in leaves)

    @property
    def seed(self) -> float:
        """The root's gradient when it has its turn, or at the end where it has none."""
        sent = [turn.gradient for turn in self.turns if turn.place == self.graph.root]
        return next((gradient for gradient in sent if gradient != 0), sent[0] if sent else self.grads[-1])

    @cached_property
    def missing(self) -> list[int]:
        """Nodes that something arrived at, and that never have a turn to pass it on."""
        due = (x for x in self.graph.inner if not close(self.graph.true[x], 0))
        return [x for x in due if x in self.arrived and x not in self.places]

    @cached_property
    def late(self) -> dict[int, int]:
        """Nodes that have no turn any more when a user of theirs first has one; that user."""
        found: dict[int, int] = {}
        for place in self.graph.inner:
            for user in self.graph.users(place):
                sends = not close(self.graph.true[user], 0)
                one, other = self.turns_of(place), self.turns_of(user)
                if sends and one and other and one[-1] < other[0]:
                    found.setdefault(place, user)
        return found

    @property
    def places(self) -> list[int]:
        return [turn.place for turn in self.turns]

    def turns_of(self, place: int) -> list[int]:
        """Which turns a node has, from 1 on."""
        return [number for number, x in enumerate(self.places, start=1) if x == place]

    def line(self, place: int) -> int:
        """Where its last turn comes from."""
        return self.turns[self.turns_of(place)[-1] - 1].line

    def strip(self, early: int = -1, user: int = -1) -> str:
        """Who has when a turn, in a line; early has one before its user."""
        shown = []
        for place in dict.fromkeys([*self.places, *self.graph.inner]):
            turns = self.turns_of(place)
            words = f"turn{'s' * (len(turns) > 1)} {', '.join(map(str, turns))}" if turns else "no turn"
            before = f", before its user {self.graph.names[user]}" if place == early else ""
            shown.append(f"{self.graph.names[place]}: {words}{before}")
        return " · ".join(shown)


def right(graph: Graph) -> str:
    """A right order, as a strip."""
    return " · ".join(f"{graph.names[x]}: turn {turn}" for turn, x in enumerate(graph.inner, start=1))


def look(walk: Walk, got: Observation) -> Look | None:
    """What a call did; None where that is not known. Raises Unreadable for what no worker of ours says."""
    if isinstance(got, Numbers):
        return _read(walk, Reader(got.values))
    if isinstance(got, Overtime) and got.busy:
        return Look(walk, "still running when its time was up")
    if isinstance(got, Raised) and got.frames:
        endless = got.error.startswith("RecursionError")
        return Look(walk, "calls itself without end" if endless else "raises", got)
    return None


def _read(walk: Walk, reader: Reader) -> Look | None:
    end = reader.whole(len(ENDS) - 1)
    if end not in (0, 1):
        return None
    count = reader.whole(MOST_STEPS + 1)
    seen = Look(walk, f"still walking after {MOST_STEPS:,} steps" if end else "", whole=count <= MOST_EVENTS)
    for _ in walk.graph.names:
        seen.grads.append(reader.number())
        traces = reader.whole((1 << len(TRACES)) - 1)
        seen.traces.append({trace for place, trace in enumerate(TRACES) if traces >> place & 1})
    _replay(seen, reader, min(count, MOST_EVENTS))
    return seen


def _replay(seen: Look, reader: Reader, count: int) -> None:
    """Have our own rules do what the events say; raises Unreadable where something else came out."""
    graph, now = seen.graph, list(seen.walk.before)
    waiting = {place for place, gradient in enumerate(now) if gradient}
    sent: set[int] = set()
    for _ in range(count):
        what, place = EVENTS[reader.whole(len(EVENTS) - 1)], reader.whole(graph.root)
        number, line = reader.number(), reader.whole()
        if place < 0:
            continue
        if what == "call":
            seen.called.add(place)
        elif what == "grad":
            _write(seen, place, now[place], number, line, place in waiting)
            if number != now[place]:
                sent.discard(place)
            now[place] = number
        elif what == "turn":
            if not graph.operands[place]:
                raise Unreadable("a leaf has no turn of ours")
            if place in sent and now[place] != 0:
                seen.repeated.add(place)
            seen.turns.append(Turn(place, now[place], line))
            for operand, slope in zip(graph.operands[place], graph.slopes[place], strict=True):
                now[operand] += slope * now[place]
                waiting |= {operand} if now[place] else set()
            waiting.discard(place)
            sent |= {place} if now[place] else set()
        seen.arrived |= {x for x, gradient in enumerate(now) if gradient}
    for told, replayed in zip(seen.grads, now, strict=True):
        if seen.whole and not close(told, replayed) and not (isnan(told) and isnan(replayed)):
            raise Unreadable("the events do not lead to these gradients")


def _write(seen: Look, place: int, old: float, new: float, line: int, waits: bool) -> None:
    """Note what setting a gradient does."""
    if place == seen.graph.root:
        seen.seeds.append((new, line))
    elif new == 0 and old != 0 and waits:
        seen.zeroed.setdefault(place, line)
    elif new == 1 and old != 1 and not close(seen.graph.true[place], 1):
        seen.ones.setdefault(place, line)
