"""What runs programs over Value in a cage: assembles an engine from a package's parts, runs programs on it.

As in grader/worker: standard library only, compiled and sent, never imported to grade with.
Some of the parts are the student's source, some reference code. What was observed is a flat list of numbers.
Doors: assemble makes an engine of parts, run runs a packed program on it.
"""

from __future__ import annotations

import marshal
import operator
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from ..worker.child import PACKAGE, defined, import_, placed
from ..worker.wire import Misfit, a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Engine = dict[str, Any]
    Numbers = list[Any]


def assembled(needed: list[tuple[str, str, str]]) -> dict[str, Any]:
    """The engine's classes by name: Value with the needed operations, and the needed modules.

    needed: a module, what it defines, and the attribute of Value that this becomes, or "" for a class.
    The parts must be on sys.meta_path. Raises whatever the student's source raises, and Missing where
    it lacks its definition.
    """
    package = import_(PACKAGE)
    value = import_(f"{PACKAGE}.value").Value
    engine = {"Value": value}
    setattr(package, "Value", value)  # noqa: B010 (no module is known to have one)
    for name, definition, attribute in needed:
        found = defined(import_(f"{PACKAGE}.{name}"), definition)
        if attribute:
            setattr(value, attribute, found)
        else:
            engine[definition] = found
            setattr(package, definition, found)
    return engine


def assemble(head: dict[str, Any]) -> Engine:
    """The engine that a request's head tells of; raises whatever the source in it raises."""
    if "foreign" in head:
        return _foreign(head["foreign"])
    parts = placed(head)
    engine = assembled(head["needed"])
    if "reading" in head:
        files = {parts.file(name) for name, part in head["parts"].items() if isinstance(part, str)}
        engine["reading"] = _sent("reading.worker", head["reading"]).Reading(engine, files).run
    return engine


def _foreign(given: dict[str, Any]) -> Engine:
    """An implementation in a shape of its own, with what it takes to understand that."""
    understanding = _sent("any_engine.worker", given["code"])
    if given["pasted"]:
        return {"run": understanding.Pasted(given).run}
    serving = understanding.Serving(given)
    if given["reading"]:
        reading = _sent("reading.worker", given["reading"])
        numbered, walks = serving.numbering.by_address, given["backward_read"]
        known = serving.values, serving.graph, given["chains"], numbered, walks
        serving.engine["reading"] = reading.of_engine(*known)
    return {"run": serving.run}


class Sent:
    """Finds the modules of a package beside ours that was sent over; none is run before it is needed.

    parts: module name to code as marshal gives it. Meets the same protocols as Parts, in the same way.
    """

    def __init__(self, package: str, parts: dict[str, bytes]) -> None:
        self.package = package
        self.parts = parts

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        package, _, name = fullname.rpartition(".")
        if package == self.package and name in self.parts:
            return ModuleSpec(fullname, self)  # type: ignore[arg-type]  # see Parts
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 (the protocol's)
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(marshal.loads(self.parts[module.__name__.rpartition(".")[2]]), module.__dict__)


def _sent(name: str, parts: dict[str, bytes]) -> ModuleType:
    """The module `serving` of a package beside ours that was sent over."""
    package = f"{__package__}.{name}"
    # Imports look up the root, too, of which nobody has made a package in here.
    for fullname in (package.partition(".")[0], package):
        sys.modules[fullname] = type(sys)(fullname)
        sys.modules[fullname].__path__ = []
    # The first that is asked: what a library puts before it would cost each of these imports its time.
    sys.meta_path.insert(0, Sent(package, parts))
    return import_(f"{package}.serving")


def _go_back(engine: Engine, root: Any) -> None:
    """Call backward(), or what an engine has for it where that is what its nodes call something else."""
    if "backward" in engine:
        engine["backward"](root)
    else:
        root.backward()


def forward(
    engine: Engine, shape: tuple[Any, ...], parameters: Any, rows: Any, plain: bool, joint: bool
) -> Numbers:
    """See program.Forward."""
    module, slots = _prepared(engine, shape, parameters)
    outputs: Numbers = []
    inputs: Numbers = []
    total = None
    for row in rows:
        x = list(row) if plain else [engine["Value"](number) for number in row]
        inputs += [] if plain else x
        outs = _call(engine, module, shape, x)
        outputs += outs
        root = _root(outs)
        if joint:
            total = root if total is None else total + root
        else:
            _go_back(engine, root)
    if total is not None:
        _go_back(engine, total)
    return [out.data for out in outputs] + [p.grad for p in slots] + [x.grad for x in inputs]


def census(engine: Engine, shape: tuple[Any, ...]) -> Numbers:
    """See program.Census."""
    nouts = list(shape[1][1:])
    module = _make(engine, shape, nouts)
    listed = _parameters(engine, module)
    there = {id(p) for p in listed}
    slots = _slots(engine, module, shape)
    again = len(_parameters(engine, module))
    intact = nouts == list(shape[1][1:])
    return [len(listed), len(there), sum(id(p) in there for p in slots), again, intact]


def fresh(engine: Engine, shape: tuple[Any, ...], copies: int) -> Numbers:
    """See program.Fresh."""
    made = [_make(engine, shape) for _ in range(copies)]
    return [w.data for module in made for n in _neurons(module, shape) for w in n.w]


def nudge(engine: Engine, shape: tuple[Any, ...], parameters: Any, row: Any) -> Numbers:
    """See program.Nudge."""
    module, _ = _prepared(engine, shape, parameters)
    add, read = engine.get("add", _add), engine.get("read", _data)
    roots = []
    for p in _parameters(engine, module):
        add(p, 1)
        roots.append(read(_root(_call(engine, module, shape, list(row)))))
        add(p, -1)
    if len(roots) != len(parameters):
        raise Misfit(f"parameters() lists {len(roots)} Values, expected {len(parameters)}")
    return sorted(roots)


def bare(engine: Engine, shape: tuple[Any, ...]) -> Numbers:
    """See program.Bare."""
    out = _make(engine, shape)([1.0] * shape[1][0])
    return [not isinstance(out, list | tuple)]


def training(
    engine: Engine, shape: tuple[Any, ...], parameters: Any, rows: Any, targets: Any, rate: float, steps: int
) -> Numbers:
    """See program.Training."""
    module, slots = _prepared(engine, shape, parameters)
    add, arrived = engine.get("add", _add), engine.get("arrived", _grad)
    losses = []
    for _ in range(steps):
        module.zero_grad()
        outs = [out for row in rows for out in _call(engine, module, shape, list(row))]
        wanted = [number for target in targets for number in target]
        errors = [(out - number) ** 2 for out, number in zip(outs, wanted)]
        loss = sum(errors[1:], errors[0])
        _go_back(engine, loss)
        for p in _parameters(engine, module):
            add(p, -(rate * arrived(p)))
        losses.append(loss.data)
    return losses + [p.data for p in slots]


def descent(
    engine: Engine,
    shape: tuple[Any, ...],
    parameters: Any,
    rows: Any,
    labels: Any,
    rates: Any,
    decay: float,
    points: Any,
) -> Numbers:
    """See autograd/moons.py, Descent."""
    module, slots = _prepared(engine, shape, parameters)
    seen: Numbers = []
    for rate in rates:
        outs = [_outputs(engine, module, shape, row)[0] for row in rows]
        hinges = [(1 + -label * out).relu() for out, label in zip(outs, labels)]
        listed = _parameters(engine, module)
        squares = [p**2 for p in listed]
        loss = sum(hinges[1:], hinges[0]) * (1 / len(rows)) + decay * sum(squares[1:], squares[0])
        module.zero_grad()
        _go_back(engine, loss)
        for p in listed:
            p.data -= rate * p.grad
        seen += [loss.data, *(out.data for out in outs)]
    scores = [_outputs(engine, module, shape, point)[0].data for point in points]
    return seen + scores + [p.data for p in slots]


def _outputs(engine: Engine, module: Any, shape: tuple[Any, ...], row: Any) -> list[Any]:
    return _call(engine, module, shape, [engine["Value"](number) for number in row])


def _make(engine: Engine, shape: tuple[Any, ...], nouts: Any = None) -> Any:
    name, sizes, nonlin = shape
    if name == "MLP":
        return engine[name](sizes[0], list(sizes[1:]) if nouts is None else nouts)
    # A trailing True is left out, so that the default is tried as well.
    return engine[name](*sizes) if nonlin else engine[name](*sizes, nonlin=False)


def _prepared(engine: Engine, shape: tuple[Any, ...], parameters: Any) -> tuple[Any, list[Any]]:
    """A module whose weights and biases, in order, hold the given numbers; and these Values."""
    module = _make(engine, shape)
    slots = _slots(engine, module, shape)
    put = engine.get("put", _put)
    for slot, number in zip(slots, parameters):
        put(slot, number)
    return module, slots


# What is done to the course's own values; an engine in a shape of its own may keep its numbers otherwise.
def _put(slot: Any, number: Any) -> None:
    slot.data = number


def _add(slot: Any, number: Any) -> None:
    slot.data += number


def _zero(node: Any) -> None:
    node.grad = 0.0


def _data(node: Any) -> Any:
    return node.data


def _grad(node: Any) -> Any:
    return node.grad


def _slots(engine: Engine, module: Any, shape: tuple[Any, ...]) -> list[Any]:
    slots = [p for n in _neurons(module, shape) for p in (*n.w, n.b)]
    for slot in slots:
        if not isinstance(slot, engine["Value"]):
            raise Misfit(f"a weight or bias is {a(slot)}, expected a Value")
    return slots


def _neurons(module: Any, shape: tuple[Any, ...]) -> list[Any]:
    """The module's neurons in order, each with as many weights as the shape says."""
    name, sizes, _ = shape
    if name == "Neuron":
        groups = [[module]]
        outs: tuple[int, ...] = (1,)
    else:
        layers = _listed(module, "layers", len(sizes) - 1) if name == "MLP" else [module]
        outs = sizes[1:]
        groups = [_listed(layer, "neurons", nout) for layer, nout in zip(layers, outs)]
    for group, nin in zip(groups, (sizes[0], *outs)):
        for neuron in group:
            _listed(neuron, "w", nin)
    return [neuron for group in groups for neuron in group]


def _listed(owner: Any, attribute: str, count: int) -> list[Any]:
    things = getattr(owner, attribute)
    if not isinstance(things, list | tuple):
        raise Misfit(f"{type(owner).__name__}.{attribute} is {a(things)}, expected a list")
    if len(things) != count:
        raise Misfit(f"{type(owner).__name__}.{attribute} has {len(things)} items, expected {count}")
    return list(things)


def _parameters(engine: Engine, module: Any) -> list[Any]:
    listed = list(module.parameters())
    for p in listed:
        if not isinstance(p, engine["Value"]):
            raise Misfit(f"parameters() holds {a(p)}, expected Values only")
    return listed


def _call(engine: Engine, module: Any, shape: tuple[Any, ...], x: list[Any]) -> list[Any]:
    """The module's outputs as a list; one output may be bare or alone in a list."""
    name, sizes, _ = shape
    expected = 1 if name == "Neuron" else sizes[-1]
    out = module(x)
    outs = list(out) if isinstance(out, list | tuple) else [out]
    for single in outs:
        if not isinstance(single, engine["Value"]):
            raise Misfit(f"{name} gave {_no(engine['Value'], single)}, expected a Value")
    if len(outs) != expected:
        raise Misfit(f"{name} gave {len(outs)} output{'s' * (len(outs) != 1)}, expected {expected}")
    return outs


def _root(outs: list[Any]) -> Any:
    root = outs[0]
    for factor, out in enumerate(outs[1:], start=2):
        root = root + out * factor
    return root


OPS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}  # any other is a method of that name
NAN = float("nan")


def run(packed: tuple[Any, ...], engine: Engine) -> Numbers:
    """What the program observes; raises Misfit, or whatever the code under test raises."""
    if "run" in engine:
        numbers: Numbers = engine["run"](packed)
        return numbers
    tag, *fields = packed
    return RUNNERS[tag](engine, *fields)


def _expression(engine: Engine, leaves: tuple[Any, ...], steps: tuple[Any, ...]) -> Numbers:
    value, zero = engine["Value"], engine.get("zero", _zero)
    nodes = [value(leaf) for leaf in leaves]
    inputs = nodes[:]
    for op, operands in steps:
        if op == "backward":
            _go_back(engine, nodes[operands[0]])
        elif op == "zero":
            for node in nodes:
                zero(node)
        else:
            make = OPS.get(op) or operator.methodcaller(op)
            out = make(*[nodes[x] if type(x) is int else x[0] for x in operands])
            if not isinstance(out, value):
                raise Misfit(f"{_verb(op)} gave {_no(value, out)}, expected a Value")
            nodes.append(out)
    inner = [_if_number(node.grad) for node in nodes[len(inputs) :]]
    return [node.data for node in nodes] + [leaf.grad for leaf in inputs] + inner


def _no(value: Any, thing: Any) -> str:
    """What a thing is that should have been a Value."""
    if type(thing).__name__ != getattr(value, "__name__", ""):
        return a(thing)
    return f"a {type(thing).__name__} of another class, from the module {type(thing).__module__}"


def _if_number(grad: Any) -> float:
    """Between the root and the leaves a gradient may be left as anything at all."""
    try:
        return NAN if isinstance(grad, str) else float(grad)
    except Exception:
        return NAN


def _verb(op: str) -> str:
    return "-a" if op == "neg" else f"a.{op}()" if op.isidentifier() else f"a {op} b"


def _chain(engine: Engine, links: int) -> Numbers:
    x = y = engine["Value"](1.0)
    for _ in range(links):
        y = y + x
    _go_back(engine, y)
    return [y.data, x.grad]


def _reading(engine: Engine, *question: Any) -> Numbers:
    numbers: Numbers = engine["reading"](*question)
    return numbers


def _seed(engine: Engine, leaf: Any) -> Numbers:
    x = engine["Value"](leaf)
    _go_back(engine, x)
    return [type(x.grad) is not int]


RUNNERS: dict[str, Callable[..., Numbers]] = {
    "expression": _expression,
    "chain": _chain,
    "seed": _seed,
    "forward": forward,
    "census": census,
    "fresh": fresh,
    "nudge": nudge,
    "bare": bare,
    "training": training,
    "descent": descent,
    "reading": _reading,
}
