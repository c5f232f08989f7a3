"""What a worker does with an implementation: choose its classes, try them out, run programs."""

from __future__ import annotations

import operator
import sys
from contextlib import suppress

from ...worker import NAN, run
from . import loading
from .graphs import Graph, found, keeps
from .kept import attributes, put_number, single
from .loading import Inert, Needed, needed
from .modules import NAMES, Modules
from .values import REFUSALS, TRIED, UNARY, Alarm, Missing, Unfinished, Values, in_time, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType
    from typing import Any

    from .modules import Kind

READ = ("__add__", "__mul__", "__pow__", "relu", "backward")  # what may be read
MOST_TROUBLES, LONGEST_TROUBLE, MOST_OTHERS = 5, 200, 3
SIZE = 6000  # bytes of a description, as many as the parent waits for


class Serving:
    """One implementation in one process.

    given: what the parent sends: files, whole, value, map, and for an exercise rules, made, backward,
        stand_in, usual, reading, chains.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        loaded = Loaded(given["files"], given["whole"], given["value"])
        self.troubles = loaded.troubles
        self.files = {module.__name__: path for path, module in loaded.modules.items()}
        self.memory = Memory(dict.fromkeys(loaded.modules.values()))
        self.values = _chosen(loaded, given)
        self.values.floats &= not given["usual"]  # by the course's promises whole numbers are numbers
        self.others = loaded.others
        related = loaded.related(self.values.cls)
        self.places = {name: place_of(getattr(self.values.cls, name, None)) for name in READ}
        self.numbering = Numbering(self.values.cls, self.values.make(1.0))
        self.refused = in_time(lambda: refused(self.values), set())
        self.graph: Graph | None = in_time(lambda: graph_of(self.values), None)
        self.single = in_time(self.values.is_single, False)
        if self.graph is not None:
            self.graph.kept = self.values.kept() or (single if self.single else None)
        self.modules = Modules(self.values, related)
        self.refused |= in_time(self.modules.refused, set())
        looks_back = bool(given["describe"]) and not self.values.endless
        self.resets = looks_back and in_time(lambda: resets(self.values, self.graph), False)
        self.frees = looks_back and in_time(lambda: frees(self.values), False)
        if not given["describe"]:
            self.isolate()
        self.engine = self._engine()
        self.endless = self.values.endless
        self.memory.look()

    def isolate(self) -> None:
        """Put our parts beside the one that is examined, and look at networks as they then are."""
        self._replace()
        if self.given["networks"]:
            in_time(self.modules.look_at_activations, None)
            if self.given["stand_in"]:
                self._stand_in(self.given["stand_in"])

    def _replace(self) -> None:
        rules, backward, made = (self.given[name] for name in ("rules", "backward", "made"))
        if not rules or self.graph is None:
            return
        from .siblings import attach, start_at_zero

        if backward and self.graph.rule:
            in_time(self._find_whether_it_walks_on, None)
        attach(self.values, self.graph, rules, self.modules.modules, backward, made)
        if backward:
            from .order import backward as right

            graph = self.graph
            start_at_zero(self.values)
            self.values.go_back_by(lambda root: right(graph, root))

    def _find_whether_it_walks_on(self) -> None:
        assert self.graph is not None
        for function, numbers, _ in SLOPES:
            with suppress(Exception):
                operands = [self.values.make(number) for number in numbers]
                self.graph.find_whether_it_walks_on(function, operands)
                if self.graph.walks_on:
                    return

    def _stand_in(self, name: str) -> None:
        """Put a right Neuron or Layer in place of the code's own, for what is built of them."""
        from .stand_ins import Places, Probe

        kind = self.modules.kinds[name]
        if kind is None:
            return
        places = Places(self.modules.modules, kind.cls)
        probe = Probe(kind, places, self.given["usual"])
        if name == "Neuron":
            from .neuron import neuron as right
        else:
            from .layer import layer as right

        kind.cls = right(kind, probe)
        places.hold(kind.cls)

    def _engine(self) -> dict[str, Any]:
        values = self.values
        engine: dict[str, Any] = {"Value": _maker(values), "zero": values.set_to_zero}
        engine["put"] = lambda slot, number: put_number(slot, values.data, number)
        engine["add"] = lambda slot, number: engine["put"](slot, values.number(slot) + number)
        engine |= {"read": values.number, "arrived": values.gradient}
        if self.values.steps:
            engine["backward"] = self.values.back
        for name in ("Neuron", "Layer"):
            if kind := self.modules.kinds[name]:
                engine[name] = lambda *sizes, nonlin=True, kind=kind: kind.part(sizes, nonlin)
        if mlp := self.modules.kinds["MLP"]:
            engine["MLP"] = lambda nin, nouts: mlp.part((nin, *nouts), nouts=nouts)
        return engine

    def run(self, packed: tuple[Any, ...]) -> list[Any]:
        """What a program observes; the program "found" observes a description."""
        if packed[0] == "found":
            self.isolate()
            text = described(self).encode()[:SIZE]
            return [*text, *[0] * (SIZE - len(text))]
        if self.given["describe"]:
            return self._briefly(packed)
        return self._observed(packed)

    def _briefly(self, packed: tuple[Any, ...]) -> list[Any]:
        """A program of a checkup, which is not waited for long; after one that was, none is tried."""
        if self.endless:
            raise Unfinished
        with Alarm() as alarm:
            try:
                return self._observed(packed)
            finally:
                self.endless = alarm.rang

    def _observed(self, packed: tuple[Any, ...]) -> list[Any]:
        self.memory.restore()
        self.numbering.restart()
        if drawing := sys.modules.get("numpy.random"):
            drawing.seed(0)  # as Python's own, so that a program gives the same numbers each time
        return [_number(self.values.number(value)) for value in run(packed, self.engine)]


class Pasted:
    """An implementation to which nothing has been done; what people are shown runs beside it as it is."""

    def __init__(self, given: dict[str, Any]) -> None:
        loaded = Loaded(given["files"], given["whole"], "")
        notebooks = [m for path, m in loaded.modules.items() if path.endswith(loading.NOTEBOOK)]
        # What is pasted into a notebook finds there what its cells define.
        self.at_hand = {name: thing for module in notebooks for name, thing in vars(module).items()}

    def run(self, packed: tuple[Any, ...]) -> list[Any]:
        """What formulas give where a text has run, which may raise anything."""
        text, formulas = packed
        scope = self.at_hand | {"__name__": loading.ROOT}  # what it imports is looked for among the files
        exec(compile(text, "<pasted>", "exec"), scope)
        given = [eval(each, scope) for each in formulas]  # noqa: S307 (in a cage)
        return [NAN if each is None else _number(each) for each in given]


def _chosen(loaded: Loaded, given: dict[str, Any]) -> Values:
    try:
        return loaded.values(given["value"], given["map"])
    except NotFound as missing:
        # What kept a file from being loaded says more than that nothing was found in the others.
        for error in loaded.troubles.values():
            raise error from None
        raise missing from None


def _maker(values: Values) -> Any:
    """The class itself; where it wants more than a number, something that is called and asked like it."""
    if values.maker is values.cls:
        return values.cls

    class Made(type):
        def __call__(cls, number: Any) -> Any:
            return values.make(number)

        def __instancecheck__(cls, thing: Any) -> bool:
            return isinstance(thing, values.cls)

    return Made("Value", (), {})


def _number(value: Any) -> Any:
    if value is None:
        return 0.0  # a gradient that nothing has arrived at yet
    if isinstance(value, Inert):
        raise needed(value._name.partition(".")[0])
    return value


APART = ("test", "tests", "setup", "conftest", "docs", "examples", "example", "benchmarks", "demo", "demos")
NET_NAMES = {name for names in NAMES.values() for name in names}


class NotFound(Exception):
    """No class of numbers was found among the files."""


class Loaded:
    """An implementation in memory.

    modules: by path. troubles: what kept a file from being loaded, by path.
    others: classes of numbers besides the one that counts.
    """

    def __init__(self, files: dict[str, str], whole: bool, wanted: str) -> None:
        self.files = files
        self.modules: dict[str, ModuleType] = {}
        self.troubles: dict[str, BaseException] = {}
        self.others: list[Values] = []
        finder = loading.begin(files, whole)
        for path in _order(files, wanted):
            try:
                self.modules[path] = loading.load(path)
            except BaseException as error:
                self.troubles[path] = error
            finder.forget_aliases()
        loading.done()
        self.modules |= {p: m for p, m in finder.modules.items() if p in files or f"{p}/__init__" in files}

    def values(self, asked: str, names: dict[str, str]) -> Values:
        """The class that counts: the one asked for, else the one that does most when it is tried."""
        found: list[tuple[float, str, Values]] = []
        reasons: list[str] = []
        for path, cls in self._classes():
            if asked and not _fits(asked, path, cls.__name__):
                continue
            try:
                values = Values(cls, path, names)
                related = self.related(cls)
                values.look_for_stubs()
                values.rename(related)
                values.look_for_stubs()
            except Needed as error:
                self.troubles.setdefault(path, error)
            except Missing as error:
                reasons.append(f"{cls.__name__}: {error}")
            except Exception as error:
                reasons.append(f"{cls.__name__}: {type(error).__name__}: {error}")
            else:
                networks = sum(len(NET_NAMES & set(vars(module))) for module in related)
                if (score := _score(values)) or asked:
                    found.append((-score - 0.1 * networks, path, values))
        if not found:
            raise NotFound((reasons or [f"there is no class {asked}"])[0] if asked else "")
        best, *others = (values for _, _, values in sorted(found, key=lambda each: each[:2]))
        best.settle()
        self.others = [values for values in others if not issubclass(best.cls, values.cls)]
        return best

    def _classes(self) -> Iterator[tuple[str, Any]]:
        for path, module in self.modules.items():
            for thing in list(vars(module).values()):
                own = getattr(thing, "__module__", None) == module.__name__
                if own and isinstance(thing, type) and not issubclass(thing, BaseException):
                    yield path, thing

    def related(self, cls: Any) -> list[ModuleType]:
        """The modules that the class is used in, directly or by what they import."""
        modules = list(dict.fromkeys(self.modules.values()))
        related = [sys.modules[cls.__module__]]
        more = True
        while more:
            names = {m.__name__ for m in related}
            new = [m for m in modules if m not in related and _uses(m, cls, names)]
            related += new
            more = bool(new)
        return related


def _uses(module: ModuleType, cls: Any, names: set[str]) -> bool:
    for thing in vars(module).values():
        if thing is cls or getattr(thing, "__module__", None) in names:
            return True
        if getattr(thing, "__name__", None) in names and hasattr(thing, "__spec__"):
            return True
    return False


def _order(files: dict[str, str], wanted: str) -> list[str]:
    """Which files are loaded without being imported by others, the likeliest first."""
    classes = [path for path in sorted(files) if "class " in files[path]]
    likely = [path for path in classes if not _apart(path)] or classes
    asked = [path for path in sorted(files) if wanted and _fits(wanted, path, wanted.rpartition(":")[2])]
    return [*asked, *sorted((p for p in likely if p not in asked), key=lambda path: _unlikely(files[path]))]


def _unlikely(source: str) -> bool:
    return not any(f"def {name}" in source for name in ("__add__", "__mul__", "backward", "add", "mul"))


def _apart(path: str) -> bool:
    """Whether a file is there for tests, demos or installing, and is loaded only where it is imported."""
    *folders, stem = path.lower().split("/")
    return stem.startswith("test_") or stem.endswith("_test") or any(p in APART for p in (*folders, stem))


def _fits(asked: str, path: str, name: str) -> bool:
    """Whether "module:Class", or "Class", names this one."""
    module, _, cls = asked.rpartition(":")
    # A dot may stand for a folder's slash or in the file's own name.
    wanted, known = (text.replace("/", ".") for text in (module.removesuffix(".py"), path))
    return cls == name and (not wanted or f".{known}".endswith(f".{wanted}"))


def _score(values: Values) -> float:
    """How much of an engine a class does: operations that give its like, and a way back; 0 where it is none.

    What is still to be written counts a little, so that an exercise is found before it is begun.
    """
    given: list[Any] = in_time(lambda: list(results(values)), [])
    unwritten = bool(values.grad) * len(values.stubs)
    back = bool(values.grad and values.backward)
    # What only comes of one node by itself, or of two as something else, is no number in a graph.
    if not (unwritten or back or any(len(operands) == 2 for _, operands in given)):
        return 0
    return len(given) + unwritten / 2 + back + 2 * values.arrives + bool(values.grad)


BINARY: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+": ("__add__", operator.add),
    "-": ("__sub__", operator.sub),
    "*": ("__mul__", operator.mul),
    "/": ("__truediv__", operator.truediv),
}
EXPONENTS = {"**negative": -1, "**float": 0.5}


def refused(values: Values) -> set[str]:
    """The operations that are not there, or that turn down what they are given: "+", "+right" and so on."""
    a, b = (values.make(number) for number in (4.0, 2.0))
    methods = {op: name for op, (name, _) in BINARY.items()} | {
        "neg": "__neg__",
        "relu": "relu",
        "**int": "__pow__",
    }
    methods |= {name: name for name in UNARY}
    lacking = {op for op, name in methods.items() if _lacks(values, name, (a, b))}
    for op, (name, function) in BINARY.items():
        if not values.has(name) or _turned_down(function, a, 3):
            lacking.add(f"{op}right")
        if _turned_down(function, 3, a):
            lacking.add(f"{op}left")
    for what, exponent in EXPONENTS.items():
        if not values.has("__pow__") or _turned_down(operator.pow, a, exponent):
            lacking.add(what)
    return lacking


def _lacks(values: Values, name: str, operands: tuple[Any, ...]) -> bool:
    """Whether a method is not there or still to be written; what is there may crash as it likes."""
    if not values.has(name):
        return True
    binary = name in [method for method, _ in BINARY.values()]
    given = operands if binary else (operands[0], 2) if name == "__pow__" else operands[:1]
    try:
        getattr(values.cls, name)(*given)
    except NotImplementedError:
        return True
    except Exception:
        return False
    return False


def _turned_down(function: Callable[[Any, Any], Any], one: Any, other: Any) -> bool:
    """Whether it raises as what is not foreseen does."""
    try:
        function(one, other)
    except REFUSALS:
        return True
    except Exception:
        return False
    return False


def results(values: Values) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What the operations give that work at all, each with its operands."""
    for _, function in BINARY.values():
        operands = tuple(values.make(number) for number in TRIED)
        yield from _given(values, operands, lambda f=function, o=operands: f(*o))
    for attempt in (lambda a: a**2, lambda a: -a, lambda a: a.relu(), lambda a: a.tanh(), lambda a: a.exp()):
        operand = values.make(TRIED[0])
        yield from _given(values, (operand,), lambda f=attempt, a=operand: f(a))


def _given(values: Values, operands: Any, attempt: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    try:
        out = attempt()
    except Exception:
        return
    if isinstance(out, values.cls) and values.holds(out):
        yield out, operands


def graph_of(values: Values) -> Graph | None:
    """How nodes are linked, if that is a way in which others can be made; the one that keeps its promises."""
    # What we add to gradients is numbers, and where they are objects there is no adding to them.
    plain = bool(values.grad) and not values.keeps_objects
    graphs = found(values.maker, values.grad, results(values)) if plain else []
    for graph in graphs:
        if any(_sends(graph, values, *tried) for tried in SLOPES):
            return graph
    # Where no operation is right, what is linked as most engines are is taken to be linked so.
    return next((g for g in graphs if g.kind == "closures" and not hasattr(values.cls, g.rule)), None)


SLOPES: tuple[tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]], ...] = (
    (operator.mul, (3.0, 5.0), (5.0, 3.0)),
    (operator.add, (3.0, 5.0), (1.0, 1.0)),
    (operator.sub, (3.0, 5.0), (1.0, -1.0)),
    (lambda a: a**2, (3.0,), (6.0,)),
)


def _sends(graph: Graph, values: Values, function: Any, numbers: Any, slopes: Any) -> bool:
    """Whether an operation's own node sends on the right shares, read and written in this way."""
    operands = [values.make(number) for number in numbers]
    try:
        out = function(*operands)
        put_number(out, graph.grad, 2.0)
        graph.send(out)
        return all(abs(values.gradient(a) - 2 * s) < 1e-4 for a, s in zip(operands, slopes))
    except Exception:
        return False


def resets(values: Values, graph: Graph | None) -> bool:
    """Whether backward() sets the gradients in the graph to zero before it begins."""
    a, b = values.make(3.0), values.make(2.0)
    for _ in range(2):
        out = _product(a, values) if graph is None else graph.node(6.0, (a, b), (2.0, 3.0))
        values.back(out)
    return abs(values.gradient(a) - 2.0) < 1e-4


def frees(values: Values) -> bool:
    """Whether backward() takes the graph apart: what led from its root to a leaf leads there no more."""
    leaf = values.make(3.0)
    root = _product(_product(leaf, values), values)
    # By name, since what was led by may be kept elsewhere, to be drawn.
    led = [name for name, held in attributes(root).items() if keeps(held, leaf)]
    values.back(root)
    now = attributes(root)
    return any(not keeps(now.get(name), leaf) for name in led)


def _product(a: Any, values: Values) -> Any:
    """Some node of which a's gradient is 2."""
    attempts: tuple[Callable[[], Any], ...] = (lambda: a * values.make(2.0), lambda: a + a, lambda: a * 2)
    for attempt in attempts:
        with suppress(Exception):
            if isinstance(out := attempt(), values.cls):
                return out
    raise TypeError


HOLDERS = (list, dict, set)


class Memory:
    """What modules and classes hold besides their code, as it was right after loading."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.held = [(thing, thing.copy()) for module in modules for thing in _held(module)]
        self.grows: list[tuple[Any, Any]] = []

    def look(self) -> None:
        """Remember what has changed by now: that is what programs leave behind."""
        self.grows = [(thing, before) for thing, before in self.held if len(thing) != len(before)]

    def restore(self) -> None:
        """Put it back as it was."""
        for thing, before in self.grows:
            thing.clear()
            if isinstance(thing, list):
                thing.extend(before)
            else:
                thing.update(before)


def _held(module: ModuleType) -> Iterator[Any]:
    name = module.__name__
    for key, thing in list(vars(module).items()):
        if key.startswith("__"):
            continue
        if isinstance(thing, HOLDERS):
            yield thing
        elif getattr(thing, "__module__", None) == name and isinstance(thing, type):
            yield from (
                x for k, x in vars(thing).items() if isinstance(x, HOLDERS) and not k.startswith("__")
            )
        elif getattr(type(thing), "__module__", "").partition(".")[0] == name.partition(".")[0]:
            yield from (x for x in getattr(thing, "__dict__", {}).values() if isinstance(x, HOLDERS))


class Numbering:
    """Hashes by order of appearance instead of addresses, which differ from run to run."""

    def __init__(self, cls: Any, leaf: Any) -> None:
        self.numbers: dict[int, tuple[int, Any]] = {}
        self.by_address = _by_address(leaf)
        if self.by_address:
            numbers = self.numbers

            def appearance(node: Any) -> int:
                # It is kept: what is made later in the place of one that is gone would have its number.
                return numbers.setdefault(id(node), (len(numbers), node))[0]

            cls.__hash__ = appearance

    def restart(self) -> None:
        self.numbers.clear()


def _by_address(leaf: Any) -> bool:
    try:
        return hash(leaf) in (object.__hash__(leaf), id(leaf))
    except TypeError:
        return False


def described(serving: Any) -> str:
    """The lines; lists are separated by spaces."""
    return "\n".join(f"{name}={value}" for name, value in _lines(serving))


def _lines(serving: Any) -> Iterator[tuple[str, Any]]:
    values = serving.values
    yield "class", values.leaf.__name__
    yield "file", values.file
    for other in serving.others[:MOST_OTHERS]:
        yield f"other.{other.file}.{other.leaf.__name__}", ""
    yield "data", values.data
    yield "grad", values.grad
    yield "backward", values.backward
    yield "graph", serving.graph.kind if serving.graph else ""
    yield "operands", serving.graph.parents if serving.graph else ""
    yield "rule", serving.graph.rule if serving.graph else ""
    yield from ((f"{name}.place", place) for name, place in serving.places.items())
    yield "refused", " ".join(sorted(serving.refused))
    yield "stubs", " ".join(sorted(values.stubs))
    yield "resets", int(serving.resets)
    yield "frees", int(serving.frees)
    yield "single", int(serving.single)
    yield "dimensions", values.dimensions
    yield "floats", int(values.floats)
    yield "arrives", int(values.arrives or values.endless)
    yield "wanted", ", ".join(f"{name}={thing!r}" for name, thing in values.extra.items())
    yield "walks_on", int(serving.graph is not None and serving.graph.walks_on)
    yield "extras", " ".join(name for name in UNARY if name not in serving.refused)
    for path, error in sorted(serving.troubles.items())[:MOST_TROUBLES]:
        yield f"trouble.{path}", f"{_line_of(error, path)} {type(error).__name__}: {error}"[:LONGEST_TROUBLE]
    for name, kind in serving.modules.kinds.items():
        if kind is not None:
            yield f"{name}.file", serving.files.get(kind.cls.__module__, "")
            yield from ((f"{name}.{key}", value) for key, value in _module(kind))


def _line_of(error: BaseException, path: str) -> int:
    """The line of a file at which it could not be loaded; 0 where it is in none."""
    line, trace = getattr(error, "lineno", None) or 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == loading.whole_name(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _module(kind: Kind) -> Iterator[tuple[str, Any]]:
    yield "class", kind.cls.__name__
    yield "stub", int(kind.is_stub)
    yield "made", int(kind.can_be_made)
    yield "asked", int(kind.can_be_asked)
    yield "activation", kind.activation
    yield "last", kind.last
    yield "flag", int(kind.off is not None)
    yield "parameters", int(bool(kind.parameters))
