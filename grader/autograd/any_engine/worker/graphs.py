"""How an implementation keeps its graph, found by looking at what its operations make."""

from __future__ import annotations

import gc
from copy import copy
from itertools import permutations

from .kept import attributes, properties, put
from .values import arguments, sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Slopes = tuple[Any, ...]

CONTAINERS = (list, tuple, set, frozenset)
# The attribute in which a node of ours keeps its operands and slopes, where backward() is ours, too.
OURS = "_made_of"


class Graph:
    """Makes nodes, and sends a node's gradient to its operands, in the engine's own way.

    make: gives a leaf of a number. get_grad, set_grad: read and write a node's gradient.
    parents: the attribute with the operands; empty where they stand in pairs with their slopes.
    kept: makes of a gradient of ours what is kept, where that is an array, or not as exact as a float.
    walks_on: a node's rule calls those of its operands, as a way back that is wrong for shared nodes does.
    also: other attributes that have the operands as well, and in which kind of container each.
    """

    kind = listed = ""
    kept: Callable[[Any], Any] | None = None
    walks_on = False

    def __init__(self, make: Callable[[Any], Any], grad: str, parents: str, rule: str, like: Any) -> None:
        self.make, self.grad = make, grad
        self.parents, self.rule = parents, rule
        self.container = type(like) if type(like) in CONTAINERS else tuple
        self.also: dict[str, Callable[[Any], Any]] = {}

    def operands(self, node: Any) -> list[Any]:
        """What a node was made of."""
        return sequence(getattr(node, self.parents, None)) or []

    def node(self, data: Any, operands: tuple[Any, ...], slopes: Slopes) -> Any:
        """A node of this number whose operands get its gradient times their slopes."""
        out = self.make(data)
        put(out, self.parents, self.container(operands))
        self.list_elsewhere(out, operands)
        self.give_rule(out, operands, slopes)
        return out

    def list_elsewhere(self, out: Any, operands: Iterable[Any]) -> None:
        """Put a node's operands where it has them besides: nobody knows which of these a walk goes by."""
        for name, container in self.also.items():
            put(out, name, container(operands))

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        """Give a node what its gradient is sent by."""
        raise NotImplementedError

    def send(self, node: Any) -> None:
        """Let a node add its share to its operands' gradients."""
        raise NotImplementedError

    def send_alone(self, node: Any, operands: list[Any]) -> None:
        """Let a node add its share, and none of its operands theirs."""
        rules = [(operand, getattr(operand, self.rule, None)) for operand in dict.fromkeys(operands)]
        for operand, _ in rules:
            put(operand, self.rule, _nothing)
        try:
            self.send(node)
        finally:
            for operand, rule in rules:
                put(operand, self.rule, rule)

    def find_whether_it_walks_on(self, function: Callable[..., Any], operands: list[Any]) -> None:
        """Look whether the rule of what an operation gives calls an operand's."""
        called: list[Any] = []
        out = function(*operands)
        for operand in operands:
            put(operand, self.rule, lambda *given: called.append(given))
        put(out, self.grad, 1.0)
        try:
            self.send(out)
        finally:
            self.walks_on = bool(called)

    def add(self, node: Any, share: Any) -> None:
        """Add to a node's gradient."""
        before = getattr(node, self.grad)
        total = share if before is None else before + share
        put(node, self.grad, total if self.kept is None else self.kept(total))


def _nothing(*_: Any) -> None:
    """A rule that sends nothing."""


class Closures(Graph):
    """Each node has a function that adds its share to its operands' gradients."""

    kind = "closures"

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        def send() -> None:
            upstream = getattr(out, self.grad)
            for operand, slope in zip(operands, slopes):
                self.add(operand, slope * upstream)

        put(out, self.rule, send)

    def send(self, node: Any) -> None:
        rule = getattr(node, self.rule, None)
        if callable(rule):
            rule()


class Given(Closures):
    """Each node has a function that is given the node itself, and adds to its operands' gradients."""

    kind = "given"

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        def send(node: Any) -> None:
            for operand, slope in zip(operands, slopes):
                self.add(operand, slope * getattr(node, self.grad))

        put(out, self.rule, send)

    def send(self, node: Any) -> None:
        rule = getattr(node, self.rule, None)
        if callable(rule):
            rule(node)


class Lazy(Graph):
    """Each node has a function that gives the slopes towards its operands."""

    kind = "lazy"

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        del operands
        put(out, self.rule, lambda: slopes)

    def send(self, node: Any) -> None:
        rule = getattr(node, self.rule, None)
        slopes = rule() if callable(rule) else ()
        for operand, slope in zip(self.operands(node), slopes or ()):
            self.add(operand, slope * getattr(node, self.grad))


class Shares(Graph):
    """Each node has a function that is given the gradient, and adds or returns its operands' shares."""

    kind = "shares"
    returns = True

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        def send(upstream: Any) -> Any:
            shares = tuple(slope * upstream for slope in slopes)
            if self.returns:
                return shares
            for operand, share in zip(operands, shares):
                self.add(operand, share)
            return None

        put(out, self.rule, send)

    def send(self, node: Any) -> None:
        rule = getattr(node, self.rule, None)
        if not callable(rule):
            return
        shares = rule(getattr(node, self.grad))
        if shares is None:
            self.returns = False
            return
        for operand, share in zip(
            self.operands(node), shares if isinstance(shares, (list, tuple)) else [shares]
        ):
            self.add(operand, share)


class Listed(Graph):
    """Each node has the slopes towards its operands, in a list beside theirs."""

    kind = "slopes"

    def give_rule(self, out: Any, operands: tuple[Any, ...], slopes: Slopes) -> None:
        del operands
        put(out, self.rule, self.container(slopes))

    def send(self, node: Any) -> None:
        for operand, slope in zip(self.operands(node), getattr(node, self.rule, None) or ()):
            self.add(operand, slope * getattr(node, self.grad))


class Pairs(Graph):
    """Each node has a list of edges: an operand, and the slope towards it or a function for its share.

    edge: one that an operation made; others are made like it. ends: the attributes of an edge that hold its
    operand and its slope, or the places of these in a tuple.
    """

    kind = "pairs"
    edge: Any = ()
    ends: tuple[Any, Any] = (0, 1)

    def operands(self, node: Any) -> list[Any]:
        return [_end(edge, self.ends[0]) for edge in sequence(getattr(node, self.parents, None)) or []]

    def node(self, data: Any, operands: tuple[Any, ...], slopes: Slopes) -> Any:
        out = self.make(data)
        put(out, self.parents, self.container([self._edge(*each) for each in zip(operands, slopes)]))
        self.list_elsewhere(out, operands)
        return out

    def _edge(self, operand: Any, slope: Any) -> Any:
        rule = (lambda upstream: slope * upstream) if callable(_end(self.edge, self.ends[1])) else slope
        if not isinstance(self.edge, (tuple, list)):
            edge = copy(self.edge)
            put(edge, self.ends[0], operand)
            put(edge, self.ends[1], rule)
            return edge
        pair = (operand, rule) if self.ends == (0, 1) else (rule, operand)
        # One with names for its places stays one.
        return getattr(type(self.edge), "_make", type(self.edge))(pair)

    def send(self, node: Any) -> None:
        upstream = getattr(node, self.grad)
        for edge in sequence(getattr(node, self.parents, None)) or []:
            operand, rule = (_end(edge, end) for end in self.ends)
            self.add(operand, rule(upstream) if callable(rule) else rule * upstream)


def _end(edge: Any, end: Any) -> Any:
    return edge[end] if isinstance(end, int) else getattr(edge, end)


class Mapping(Graph):
    """Each node has a dict from its operands to the slopes towards them.

    listed: another attribute with the operands, by which they are walked: what is there twice counts twice.
    """

    kind = "mapping"

    def operands(self, node: Any) -> list[Any]:
        return list(getattr(node, self.parents, None) or ())

    def node(self, data: Any, operands: tuple[Any, ...], slopes: Slopes) -> Any:
        out = self.make(data)
        rules: dict[Any, Any] = {}
        for operand, slope in zip(operands, slopes):
            rules[operand] = rules.get(operand, 0) + slope
        if self.listed:
            put(out, self.listed, list(operands))
            rules = {operand: slope / self._times(out, operand) for operand, slope in rules.items()}
        put(out, self.parents, rules)
        self.list_elsewhere(out, operands)
        return out

    def send(self, node: Any) -> None:
        for operand, slope in (getattr(node, self.parents, None) or {}).items():
            self.add(operand, self._times(node, operand) * slope * getattr(node, self.grad))

    def _times(self, node: Any, operand: Any) -> int:
        """How often a node's slope towards an operand counts."""
        walked = sequence(getattr(node, self.listed, None)) if self.listed else None
        return max(1, sum(each is operand for each in walked or ()))


def found(
    make: Callable[[Any], Any], grad: str, results: Iterable[tuple[Any, tuple[Any, ...]]]
) -> list[Graph]:
    """The ways that these results could be linked to their operands in, the likeliest first.

    results: what operations gave, and of what.
    """
    graphs: list[Graph] = []
    for out, operands in results:
        mine, leaf = attributes(out), attributes(operands[0])
        ids = set(map(id, operands))
        listed = {name: type(thing) for name, thing in mine.items() if type(thing) in CONTAINERS and thing}
        listed = {name: kind for name, kind in listed.items() if set(map(id, mine[name])) == ids}
        for name, thing in mine.items():
            new = _by_parents(make, grad, (name, thing), operands, mine, leaf)
            for graph in new:
                graph.also = {key: kind for key, kind in listed.items() if key not in (name, graph.listed)}
            graphs += new
    # A way that several operations share is likelier than one that only looks like one, and one by
    # attributes likelier than one by methods.
    counted: dict[tuple[str, str, str], list[Graph]] = {}
    for graph in graphs:
        counted.setdefault((graph.kind, graph.parents, graph.rule), []).append(graph)
    return [same[0] for same in sorted(counted.values(), key=len, reverse=True)]


def _by_parents(
    make: Any, grad: str, named: tuple[str, Any], operands: tuple[Any, ...], mine: Any, leaf: Any
) -> list[Graph]:
    name, thing = named
    ids = set(map(id, operands))
    if isinstance(thing, dict) and thing and all(id(key) in ids for key in thing):
        graph = Mapping(make, grad, name, "", thing)
        others = {key: sequence(value) for key, value in mine.items() if key != name}
        graph.listed = next((k for k, held in others.items() if held and set(map(id, held)) == ids), "")
        return [graph]
    items = sequence(thing)
    if not items:
        return []
    if edges := _with_edges(make, grad, name, thing, items, ids):
        return edges
    if not all(id(item) in ids for item in items):
        return []
    rules = {key: value for key, value in mine.items() if key != name}
    graphs = [g for rule in rules.items() for g in _ruled(make, grad, (name, thing), rule, len(items), leaf)]
    methods = (key for key in dir(type(operands[0])) if not key.startswith("__") and key not in mine)
    rules = {key: getattr(operands[0], key) for key in methods if key not in properties(type(operands[0]))}
    return graphs + [
        g for rule in rules.items() for g in _ruled(make, grad, (name, thing), rule, len(items), {})
    ]


def _with_edges(make: Any, grad: str, name: str, thing: Any, items: list[Any], ids: set[int]) -> list[Graph]:
    """The graphs, if there are any, whose nodes keep edges like these."""
    edge = items[0]
    graphs: list[Graph] = []
    if isinstance(edge, (tuple, list)):
        ends: list[Any] = [0, 1] if len(edge) == 2 else []
    else:
        ends = [] if id(edge) in ids else list(attributes(edge))
    for one, other in permutations(ends, 2):
        if all(type(item) is type(edge) and id(_end(item, one)) in ids for item in items):
            graph = Pairs(make, grad, name, "", thing)
            graph.edge, graph.ends = edge, (one, other)
            graphs.append(graph)
    return graphs


def _ruled(
    make: Any, grad: str, parents: tuple[str, Any], rule: tuple[str, Any], count: int, leaf: Any
) -> list[Graph]:
    """The graph, if there is one, whose nodes keep this attribute as their rule."""
    (name, like), (key, value) = parents, rule
    if callable(value) and not isinstance(value, type) and not hasattr(value, "_fields"):
        shape = arguments(value)
        if shape is None or value is leaf.get(key):
            return []
        kinds = {0: (Closures, Lazy), 1: (Shares, Given)}.get(shape[1], ())
        return [kind(make, grad, name, key, like) for kind in kinds]
    items = value if isinstance(value, (list, tuple)) else []
    if len(items) == count and all(isinstance(item, (int, float)) for item in items):
        return [Listed(make, grad, name, key, like)]
    return []


MOST_KEPT = 1000  # things that are looked at


def keeps(thing: Any, other: Any) -> bool:
    """Whether one thing keeps another, itself or by what it keeps, but for modules and classes."""
    seen: set[int] = set()
    todo = [thing]
    while todo and len(seen) < MOST_KEPT:
        each = todo.pop()
        if each is other:
            return True
        shared = isinstance(each, (type, type(gc))) or (isinstance(each, dict) and "__builtins__" in each)
        if id(each) not in seen and not shared:
            seen.add(id(each))
            todo += gc.get_referents(each)
    return False
