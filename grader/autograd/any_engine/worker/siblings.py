"""Puts right operations beside the one that is examined: their nodes are of the engine's own kind."""

from __future__ import annotations

from .graphs import OURS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any

    from .graphs import Graph
    from .values import Values

    Rule = Callable[..., tuple[Any, ...]]

# For each operation the methods it is called by; "r" before one: with the operands swapped.
METHODS = {
    "+": ("__add__", "r__radd__", "__iadd__"),
    "-": ("__sub__", "r__rsub__", "__isub__"),
    "*": ("__mul__", "r__rmul__", "__imul__"),
    "/": ("__truediv__", "r__rtruediv__", "__itruediv__"),
    "**": ("__pow__",),
    "neg": ("__neg__",),
}
ALWAYS = ("+", "-", "*", "/", "**", "neg", "relu")


def attach(
    values: Values,
    graph: Graph,
    rules: dict[str, str],
    modules: Iterable[ModuleType],
    remembered: bool,
    made: Iterable[str] = (),
) -> None:
    """Replace operations by those that the rules make: given numbers, the result and the slopes.

    remembered: backward() is ours as well, so that nodes need only be remembered by us.
    made: operations that are made of others, among them the one that is examined.
    """
    node = _remembering(values, graph) if remembered else graph.node
    for op, rule in rules.items():
        method = _method(values, node, eval(rule, {"__builtins__": __builtins__}))  # noqa: S307 (the parent's own)
        _put(values, op, method)
        if op.isidentifier() and op != "neg":
            _in_place_of_functions(op, method, values, modules)

    for op in made:
        _put(values, op, _made(values, op))


def _put(values: Values, op: str, method: Callable[..., Any]) -> None:
    """Let an operation be called by its methods."""
    for name in METHODS.get(op, (op,)):
        plain = name.removeprefix("r") if name.startswith("r__") else name
        if name.startswith("__i") and not values.has(name):
            continue
        if op in ALWAYS or values.has(plain):
            setattr(values.cls, plain, _swapped(method) if name != plain else method)


def _made(values: Values, op: str) -> Callable[..., Any]:
    """Subtraction and division as the course's own are made, of what may be under examination."""

    def value(thing: Any) -> Any:
        return thing if isinstance(thing, values.cls) else values.make(thing)

    if op == "-":
        return lambda one, other: value(one) + -value(other)
    return lambda one, other: value(one) * value(other) ** -1


def _remembering(values: Values, graph: Graph) -> Callable[..., Any]:
    """Makes nodes that hold their operands and slopes in an attribute of ours, which is quick."""
    try:
        values.make(0.0).__dict__[OURS] = ()
    except AttributeError:
        return graph.node  # it has slots
    make = values.maker

    def node(data: Any, operands: tuple[Any, ...], slopes: tuple[Any, ...]) -> Any:
        out = make(data)
        out.__dict__[OURS] = operands, slopes
        return out

    return node


def _method(values: Values, node: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    held, cls = values.data, values.cls

    def method(self: Any, *others: Any) -> Any:
        if not others:
            data, slope = rule(getattr(self, held))
            return node(data, (self,), (slope,))
        (other,) = others
        if isinstance(other, cls) and isinstance(self, cls):
            data, *slopes = rule(getattr(self, held), getattr(other, held))
            return node(data, (self, other), slopes)
        if isinstance(self, cls):
            data, slope, *_ = rule(getattr(self, held), other)
            return node(data, (self,), (slope,))
        data, _, slope = rule(self, getattr(other, held))
        return node(data, (other,), (slope,))

    return method


def _swapped(method: Callable[..., Any]) -> Callable[..., Any]:
    def swapped(self: Any, other: Any) -> Any:
        return method(other, self)

    return swapped


def _in_place_of_functions(op: str, method: Any, values: Values, modules: Iterable[ModuleType]) -> None:
    """Functions of that name, which modules may call instead of a method."""
    for module in modules:
        for name, thing in list(vars(module).items()):
            if name.lower() == op and hasattr(thing, "__code__"):
                setattr(module, name, _for_values(method, thing, values.cls))


def _for_values(method: Any, otherwise: Any, cls: type) -> Callable[..., Any]:
    return lambda x, *rest: method(x) if isinstance(x, cls) else otherwise(x, *rest)


def start_at_zero(values: Values) -> None:
    """Let every new node's gradient be zero, where the code lets it be something else."""
    if not values.grad or getattr(values.make(1.0), values.grad) in (0, None):
        return
    own = values.cls.__init__

    def made(self: Any, *given: Any, **named: Any) -> None:
        own(self, *given, **named)
        setattr(self, values.grad, 0.0)

    values.cls.__init__ = made
