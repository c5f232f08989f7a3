"""Finds out how an engine's nodes are linked, from what its operations give."""

from __future__ import annotations

from .graph import Closures, Given, Graph, Lazy, Listed, Mapping, Pairs, Shares
from .reading import arguments, attributes, properties, sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def found(
    make: Callable[[Any], Any], grad: str, results: Iterable[tuple[Any, tuple[Any, ...]]]
) -> list[Graph]:
    """The ways that these results could be linked to their operands in, the likeliest first.

    results: what operations gave, and of what.
    """
    graphs: list[Graph] = []
    for out, operands in results:
        mine, leaf = attributes(out), attributes(operands[0])
        for name, thing in mine.items():
            graphs += _by_parents(make, grad, (name, thing), operands, mine, leaf)
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
        return [Mapping(make, grad, name, "", thing)]
    items = sequence(thing)
    if not items:
        return []
    pairs = [item for item in items if isinstance(item, (tuple, list)) and len(item) == 2]
    if len(pairs) == len(items):
        return _paired(make, grad, name, thing, pairs, ids)
    if not all(id(item) in ids for item in items):
        return []
    rules = {key: value for key, value in mine.items() if key != name}
    graphs = [g for rule in rules.items() for g in _ruled(make, grad, (name, thing), rule, len(items), leaf)]
    methods = (key for key in dir(type(operands[0])) if not key.startswith("__") and key not in mine)
    rules = {key: getattr(operands[0], key) for key in methods if key not in properties(type(operands[0]))}
    return graphs + [
        g for rule in rules.items() for g in _ruled(make, grad, (name, thing), rule, len(items), {})
    ]


def _paired(make: Any, grad: str, name: str, thing: Any, pairs: list[Any], ids: set[int]) -> list[Graph]:
    for place in (0, 1):
        if all(id(pair[place]) in ids for pair in pairs):
            graph = Pairs(make, grad, name, "", thing)
            graph.first, graph.functions = place == 0, callable(pairs[0][1 - place])
            return [graph]
    return []


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
