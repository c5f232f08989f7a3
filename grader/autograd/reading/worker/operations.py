"""One operation at one point: what it computes, what it records, and what its rule does to each gradient.

Everything that can be seen of one run becomes one record. The same run without symbols is the truth; the
symbols only give the words.
"""

from __future__ import annotations

import sys

from .nodes import Nodes
from .record import (
    ASKED,
    ASKED_NODES,
    FACTS,
    MOST_SYMBOLS,
    NAMES,
    SIGNS,
    Record,
    Run,
    Sym,
    TooMuch,
    Whole,
    begin,
    expression,
    follow_math,
    kind,
    lift,
    number,
    plain,
    symbol,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class Watch:
    """What the nodes of a run tell, while somebody listens.

    nodes: of which class they are; their gradients are seen here when they are set.
    files: whose lines are told.
    named: the nodes whose gradients get a new name with every write, by identity.
    defined: what such a name stands for. writes: how often each was set. lines: where last.
    """

    def __init__(self, nodes: Nodes, files: set[str]) -> None:
        self.nodes = nodes
        self.files = files
        self.early: Any = None
        self.made: list[Any] = []
        self.wrapped = False
        self.made_at = 0.0
        self.forget()
        self._see_gradients()
        self._see_making()

    def forget(self) -> None:
        self.named: dict[int, str] = {}
        self.defined: dict[str, Any] = {}
        self.writes: dict[str, int] = {}
        self.lines: dict[str, float] = {}
        self.symbolic = False

    def _see_gradients(self) -> None:
        value, own = self.nodes.value, self.nodes.grad
        kept = next((vars(cls)[own] for cls in value.__mro__ if own in vars(cls)), None)
        slot = kept if hasattr(kept, "__set__") else None
        watch = self

        def get(node: Any) -> Any:
            if slot is not None:
                return slot.__get__(node, type(node))
            try:
                return node.__dict__[own]
            except KeyError:
                if kept is not None:
                    return kept
                raise AttributeError(own) from None

        def put(node: Any, x: Any) -> None:
            name = watch.named.get(id(node))
            if name is not None:
                x = watch.written(name, x)
            if slot is not None:
                slot.__set__(node, x)
            else:
                node.__dict__[own] = x

        setattr(value, own, property(get, put))

    def written(self, name: str, x: Any) -> Any:
        """A gradient's new value, under a name of its own."""
        self.lines[name] = self.line()
        count = self.writes[name] = self.writes.get(name, 0) + 1
        x = self.nodes.bare(x) if self.symbolic else x
        if not self.symbolic or number(x) != number(x):
            return x
        new = f"{name}_{count}"
        self.defined[new] = expression(x)
        return lift(plain(x), ("sym", new))

    def _see_making(self) -> None:
        nodes, watch = self.nodes, self
        real = nodes.value.__init__

        def init(node: Any, *given: Any, **named: Any) -> None:
            real(node, *given, **named)
            watch.made.append(node)
            if len(watch.made) > MOST_SYMBOLS:
                raise TooMuch
            if any(isinstance(data, nodes.value) for data in given[:1]):
                watch.wrapped = True
            watch.made_at = watch.line()
            if watch.early is None:
                return
            gradient = getattr(node, nodes.grad, None)
            if type(gradient) in (float, int) and gradient == 0:
                nodes.put(node, nodes.grad, watch.early)

        nodes.value.__init__ = init

    def line(self) -> float:
        """The innermost line of the code that is read."""
        frame: Any = sys._getframe(1)
        for _ in range(12):
            if frame is None:
                break
            if frame.f_code.co_filename in self.files:
                return float(frame.f_lineno)
            frame = frame.f_back
        return 0.0

    def expanded(self, e: Any, own: str) -> Any:
        """An expression without the names of new gradients; the other operand's, set once, stays A_ or B_."""
        if e[0] == "sym":
            if e[1] not in self.defined:
                return e
            name = e[1].partition("_")[0]
            if own and name != own and self.writes.get(name) == 1:
                return ("sym", f"{name}_")
            return self.expanded(self.defined[e[1]], own)
        return e if e[0] == "num" else (e[0], *[self.expanded(x, own) for x in e[1:]])


class Operations:
    """Runs an operation at points; asked for as (attribute, mode, symbolic, numbers)."""

    def __init__(self, nodes: Nodes, files: set[str]) -> None:
        self.nodes = nodes
        self.watch = Watch(nodes, files)
        self.followed = False
        self._known = 0
        self._theirs: list[dict[str, Any]] = []

    def run(self, attribute: str, mode: str, symbolic: bool, point: dict[str, Any]) -> list[float]:
        """One record. mode: one, two, same (a op a) or number (a plain number on the right)."""
        function = self.nodes.function(attribute)
        self.watch.files |= self.nodes.files(function)
        begin()
        self.watch.forget()
        if not symbolic:
            return self._seen(function, mode, False, point).numbers
        if not self.followed:
            self.followed = True
            follow_math()
        if self._known != len(sys.modules):
            self._known = len(sys.modules)
            self._theirs = [m.__dict__ for m in list(sys.modules.values()) if _of(m) & self.watch.files]
        modules = [*self._theirs, *self.nodes.modules(function)]
        for names in modules:
            names.setdefault("int", Whole)
        try:
            return self._seen(function, mode, True, point).numbers
        finally:
            for names in modules:
                if names.get("int") is Whole:
                    del names["int"]

    def _seen(self, function: Callable[..., Any], mode: str, symbolic: bool, point: dict[str, Any]) -> Record:
        watch = self.watch
        watch.symbolic, watch.wrapped, watch.made_at, watch.early = symbolic, False, 0.0, None

        def given(name: str) -> Any:
            return symbol(name, point[name]) if symbolic else point[name]

        of = self.nodes
        nodes = {"a": of.make(given("a"))}
        if mode == "two":
            nodes["b"] = of.make(given("b"))
        for name, node in nodes.items():
            of.put(node, of.grad, given(name.upper()))
        second = {"one": [], "two": [nodes.get("b")], "same": [nodes["a"]], "number": [None]}[mode]
        if mode == "number":
            second = [given("k")]
        called: list[str] = []
        spies = {name: (lambda *_, name=name: called.append(name)) for name in nodes} if of.stores else {}
        for name, spy in spies.items():
            of.put(nodes[name], of.rule, spy)
        before = {n: (of.of(x, of.data), of.of(x, of.grad), of.held(x)) for n, x in nodes.items()}
        watch.made.clear()
        if symbolic and not of.walks:
            watch.early = Sym(0.0, ("sym", "early"))
            Run.known.pop(0.0, None)
        try:
            out = function(nodes["a"], *second)
        finally:
            watch.early = None
        seen = _Seen(self, nodes, out, symbolic)
        for name, node in nodes.items():
            data, grad, operands = before[name]
            seen.mark(f"forward changes {name}.data", self._differ(of.of(node, of.data), data, symbolic))
            seen.mark(f"forward changes {name}.grad", self._differ(of.of(node, of.grad), grad, symbolic))
            seen.mark(f"forward changes {name}._prev", _others(of.held(node), operands))
            if name in spies and getattr(node, of.rule, None) is not spies[name]:
                seen.mark(f"rule stored on {name}", True)
                seen.stored_on.append(node)
        seen.mark("wraps a Value", watch.wrapped and of.ours)
        if seen.is_node and of.walks:
            self._walk_back(seen, given)
        elif seen.is_node:
            self._send_back(seen, given, called)
        return seen.record()

    def _send_back(self, seen: _Seen, given: Callable[[str], Any], called: list[str]) -> None:
        """Run the result's rule, and those of what was made on the way to it."""
        watch, of, out, nodes = self.watch, self.nodes, seen.out, seen.nodes
        ours = {id(node) for node in nodes.values()}
        listed = order(out, of, ours)
        seen.reached = [any(node is x for x in listed) for node in nodes.values()]
        inner = [n for n in listed if n is not out and id(n) not in ours and of.has_rule(n)]
        seen.inner = len(inner)
        gradient = getattr(out, of.grad, None)
        in_grad = of.stores and callable(gradient) and not isinstance(gradient, (int, float))
        seen.mark("rule stored in grad", in_grad)
        seen.rule = getattr(out, of.rule, None) if of.stores else None
        if of.stores and of.is_nothing(seen.rule):
            # Stored where nobody looks for it, it is run all the same: it may be wrong besides.
            elsewhere = [gradient] if in_grad else [getattr(node, of.rule) for node in seen.stored_on]
            of.put(out, of.rule, next(iter(elsewhere), of.nothing))
        # An operand's own number keeps that name; any other becomes known as the result.
        data = seen.data
        if seen.symbolic and number(data) == number(data) != 0 and seen.data_came[0] != "sym":
            of.put(out, of.data, symbol("out", plain(data) if not isinstance(data, bool) else int(data)))
        for node in inner:
            of.put(node, of.grad, 0.0)
        of.put(out, of.grad, given("g"))
        point_g = of.number(of.of(out, of.grad))
        before = {name: of.of(node, of.data) for name, node in nodes.items()}
        watch.named = {id(node): name.upper() for name, node in nodes.items()}
        try:
            if of.can_send(out):
                for turn in reversed(listed):
                    if turn is out or any(turn is x for x in inner):
                        of.send(turn)
        finally:
            watch.named = {}
        arrived = of.number(of.of(out, of.grad))
        seen.mark("rule changes out.grad", arrived != point_g and arrived == arrived)
        for name, node in nodes.items():
            seen.mark(f"runs the rule of {name}", name in called)
            changed = self._differ(of.of(node, of.data), before[name], seen.symbolic)
            seen.mark(f"rule changes {name}.data", changed)

    def _walk_back(self, seen: _Seen, given: Callable[[str], Any]) -> None:
        """Send back by the engine's own backward(), of which is not asked what was there before."""
        of = self.nodes
        seen.reached = [True for _ in seen.nodes]
        for node in seen.nodes.values():
            of.put(node, of.grad, 0.0)
        arrives = of.walk(seen.out, given)
        for name, node in seen.nodes.items():
            share = of.of(node, of.grad)
            if number(share) == number(share):
                of.put(node, of.grad, given(name.upper()) + (share if arrives else share * given("g")))

    def _differ(self, now: Any, then: Any, symbolic: bool) -> bool:
        if now is then:
            return False
        return symbolic or self.nodes.number(now) != self.nodes.number(then)


class _Seen:
    """What one run showed, on its way to a record."""

    def __init__(self, of: Operations, nodes: dict[str, Any], out: Any, symbolic: bool) -> None:
        self.of = of
        self.nodes = nodes
        self.out = out
        self.symbolic = symbolic
        self.marks = 0
        self.reached: list[bool] = []
        self.inner = 0
        self.stored_on: list[Any] = []
        self.rule: Any = of.nodes.nothing
        value = of.nodes.value
        self.is_node = isinstance(out, value) and not any(out is node for node in nodes.values())
        self.data = of.nodes.of(out, of.nodes.data) if isinstance(out, value) else out
        # How the data came about, before anything else is known by the same number.
        is_number = number(self.data) == number(self.data)
        self.data_came: Any = expression(self.data) if symbolic and is_number else ("num", 0)

    def mark(self, fact: str, holds: bool) -> None:
        if holds:
            self.marks |= 1 << FACTS.index(fact)

    def record(self) -> Record:
        watch, of = self.of.watch, self.of.nodes
        value = of.value
        made = Record({name: place for place, name in enumerate(NAMES)})
        operand = [20 + place for place, node in enumerate(self.nodes.values()) if node is self.out]
        made.put(operand[0] if operand else kind(self.out, value), kind(self.data, value), self._rule())
        made.put(*[*self.reached, False, False][:2])
        grads = [of.of(self.nodes[n], of.grad) if n in self.nodes else None for n in ("a", "b")]
        lines = watch.made_at, watch.lines.get("A", 0), watch.lines.get("B", 0)
        made.put(self.inner, self._strange(), self.marks)
        made.put(*(kind(grad, value) for grad in grads))
        made.put(*lines)
        made.put(number(self.data), *map(number, grads))
        if not self.symbolic:
            return made
        made.tree(watch.expanded(self.data_came, ""))
        for x, own in zip(grads, "AB"):
            fits = number(x) == number(x)
            made.tree(watch.expanded(expression(x), own) if fits else ("num", 0))
        made.put(min(len(Run.asked), ASKED))
        for sign, left, right in Run.asked[:ASKED]:
            made.put(SIGNS.index(sign))
            made.tree(watch.expanded(left, ""), ASKED_NODES)
            made.tree(watch.expanded(right, ""), ASKED_NODES)
        return made

    def _rule(self) -> int:
        """0 where a rule is stored, 1 where none is, 10 and its kind where it cannot be called."""
        of = self.of.nodes
        if not of.stores:
            return 0
        if of.is_nothing(self.rule):
            return 1
        return 0 if callable(self.rule) else 10 + kind(self.rule, of.value)

    def _strange(self) -> int:
        """The kind of the first operand that is no node, or -1."""
        strange = self.of.nodes.strange(self.out) if self.is_node else []
        return kind(strange[0], self.of.nodes.value) if strange else -1


def _others(now: Any, then: Any) -> bool:
    """Whether operands are others than they were."""
    if now is then:
        return False
    known = type(now) is type(then) and isinstance(now, (tuple, list)) and len(now) == len(then)
    return not (known and all(one is other for one, other in zip(now, then)))


def _of(module: Any) -> set[Any]:
    """The names that the module's code may have as its file."""
    spec = getattr(module, "__spec__", None)
    short = f"{spec.name.rpartition('.')[2]}.py" if spec is not None else ""
    return {short, str(getattr(module, "__file__", ""))}


def order(root: Any, nodes: Nodes, ends: set[int]) -> list[Any]:
    """The nodes that root was computed from, operands first; none beyond those of the identities in ends."""

    def below(node: Any) -> Iterator[Any]:
        operands = () if id(node) in ends else nodes.listed(node)
        return (operand for operand in operands if id(operand) not in seen)

    listed, seen = [], {id(root)}
    road = [(root, below(root))]
    while road:
        node, rest = road[-1]
        operand = next(rest, None)
        if operand is None:
            road.pop()
            listed.append(node)
        else:
            seen.add(id(operand))
            road.append((operand, below(operand)))
    return listed
