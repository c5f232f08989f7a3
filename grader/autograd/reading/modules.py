"""What is seen of a Neuron, Layer or MLP: how it is made, what a call of it does, what it lists.

One look is one record of numbers, see worker/networks.py; here it gets its names back. A record that says
what no worker of ours says is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.autograd.reading import algebra
from grader.autograd.reading.algebra import Formula, TooLarge, close
from grader.autograd.reading.records import Ask, Question, Reader, Unreadable
from grader.autograd.reading.worker import record
from grader.autograd.reading.worker.record import (
    COPY,
    INPUTS,
    NESTED,
    OTHER,
    OUTS,
    OWN,
    PARAMETERS,
    PLAIN,
    UNIT,
    UNITS,
)
from grader.model import Numbers, Observation, Raised

MANY = 1 << 20
DEEP = 4  # lists in lists that parameters() may give
T = TypeVar("T")
Named = TypeVar("Named", "Part", "Slot")


@dataclass(frozen=True, slots=True)
class Net:
    """A network that is made: its class, its sizes from the inputs on, and whether it is to use relu."""

    name: str
    sizes: tuple[int, ...]
    nonlin: bool = True

    def __str__(self) -> str:
        first, *rest = self.sizes
        sizes = [first, rest] if self.name == "MLP" else self.sizes
        return f"{self.name}({', '.join(map(str, sizes))}{'' if self.nonlin else ', nonlin=False'})"

    @property
    def attribute(self) -> str:
        """The attribute that holds what it is made of."""
        return {"MLP": "layers", "Layer": "neurons"}.get(self.name, "w")


# ---- how it is made


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a number of its own: which object stands there, of what kind, with what number at first."""

    path: str
    same: int
    kind: str
    number: float

    @property
    def is_node(self) -> bool:
        return self.kind == "a Value"


@dataclass(frozen=True, slots=True)
class Part:
    """A layer, a neuron, or the network itself.

    path: what it is called, "" for the network. same: which object it is. kind: of a thing that is none of
    ours, else "". listed: the kind of its list, "" where it has none. count: how many things are in it.
    """

    path: str
    same: int
    kind: str
    listed: str = ""
    count: int = 0
    parts: tuple[Part, ...] = ()
    weights: tuple[Slot, ...] = ()
    bias: Slot | None = None
    nonlin: bool | None = None

    @property
    def neurons(self) -> tuple[Part, ...]:
        """Every neuron in it, in order."""
        if self.is_neuron:
            return (self,)
        return tuple(neuron for part in self.parts for neuron in part.neurons)

    @property
    def whole(self) -> bool:
        """Whether its list can be looked into."""
        return self.listed in ("a list", "a tuple") or self.count > 0

    @property
    def is_neuron(self) -> bool:
        return not self.parts and not self.kind and self.bias is not None

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every weight and bias in it, in order."""
        return tuple(slot for n in self.neurons for slot in (*n.weights, n.bias) if slot is not None)


@dataclass(frozen=True, slots=True)
class Made:
    """Networks that were made alike, and the caller's list of sizes afterwards."""

    modules: tuple[Part, ...]
    nouts: tuple[float, ...]


def making(net: Net, copies: int = 1) -> Question:
    """Asks how a network is made, several times over."""
    return Question("network", ("made", net.name, net.sizes, net.nonlin, copies), record.MADE_RECORD)


def made(ask: Ask, net: Net, copies: int = 1) -> Made | Raised | None:
    """How it is made, several times over."""

    def read(reader: Reader) -> Made:
        length = reader.whole(MANY)
        numbers = [reader.number() for _ in range(UNITS)]
        nouts = tuple(numbers[:length]) + (0.0,) * (length > UNITS)
        return Made(tuple(_part(reader, net.name, "", -1) for _ in range(copies)), nouts)

    return _looked(ask([making(net, copies)])[0], read)


def _part(read: Reader, name: str, path: str, same: int) -> Part:
    listed = read.whole(len(record.KINDS) - 1)
    kind = "" if listed < 0 else read.kind_of(listed)
    count = read.whole(MANY)
    inside = f"{path}." if path else ""
    if name == "Neuron":
        weights = tuple(_slot(read, f"{inside}w[{i}]") for i in range(min(count, record.WEIGHTS)))
        nonlin = {1: True, 0: False}.get(read.whole(1))
        there = read.flag()
        bias = _slot(read, f"{inside}b")
        return Part(path, same, "", kind, count, (), weights, bias if there else None, nonlin)
    attribute, part = ("layers", "Layer") if name == "MLP" else ("neurons", "Neuron")
    parts = []
    for i in range(min(count, UNITS)):
        here = f"{inside}{attribute}[{i}]"
        identity, ours, other = read.whole(), read.flag(), read.kind()
        parts.append(_part(read, part, here, identity) if ours else Part(here, identity, other))
    return Part(path, same, "", kind, count, tuple(parts))


def _slot(read: Reader, path: str) -> Slot:
    return Slot(path, read.whole(), read.kind(), read.number())


def unique(things: Iterable[Named]) -> list[Named]:
    """Each object once."""
    return list({thing.same if thing.same >= 0 else thing.path: thing for thing in things}.values())


def named(module: Part, slots: Sequence[Slot]) -> str:
    """Numbers of a network by their names, a whole part by its own."""
    wanted = {slot.path for slot in slots}
    biases = {neuron.bias.path for neuron in module.neurons if neuron.bias is not None}
    if wanted == biases and len(biases) > 1:
        return "the bias of every neuron"

    def of(part: Part) -> list[str]:
        paths = [slot.path for slot in part.slots]
        if part.path and paths and wanted.issuperset(paths):
            return [part.path]
        if part.parts:
            return [name for each in part.parts for name in of(each)]
        weights = [w.path for w in part.weights]
        whole = len(weights) > 1 and wanted.issuperset(weights)
        names = [weights[0].rpartition("[")[0]] if whole else [w for w in weights if w in wanted]
        return names + [b.path for b in (part.bias,) if b is not None and b.path in wanted]

    names = of(module)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


# ---- what a call does


@dataclass(frozen=True, slots=True)
class Out:
    """One output: its kind, that of its data, the number, and how it came about where that was asked."""

    kind: str
    data: str
    number: float
    formula: Formula | None = None

    @property
    def is_node(self) -> bool:
        return self.kind == "a Value" and self.data in ("a number", "a bool")


@dataclass(frozen=True, slots=True)
class Logged:
    """A call of a layer or of a neuron (-1 for the layer itself), what it was given and what it gave."""

    layer: int
    neuron: int
    given: tuple[Formula | None, ...]
    outs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """What a call did.

    count: how many outputs. gradients: of each slot, then of each input. slopes: what changing them does, in
    the groups of groups(). whole: its outputs and the log have all that there was, and nothing was cut.
    """

    kind: str
    count: int
    outs: tuple[Out, ...]
    changes: frozenset[str]
    gradients: tuple[float, ...]
    slopes: tuple[float, ...]
    log: tuple[Logged, ...]
    whole: bool


def alike(one: Called, other: Called) -> bool:
    """Whether two calls gave the same numbers."""
    return one.count == other.count and all(
        a.is_node == b.is_node and close(a.number, b.number)
        for a, b in zip(one.outs, other.outs, strict=True)
        if not (a.number != a.number and b.number != b.number)
    )


def same(one: Called, other: Called) -> bool:
    """Whether two calls gave the same numbers, and the same gradients go back."""
    if not alike(one, other) or len(one.gradients) != len(other.gradients):
        return False
    pairs = zip(one.gradients, other.gradients, strict=True)
    return all(close(a, b) or (a != a and b != b) for a, b in pairs)


@dataclass(frozen=True, slots=True)
class At:
    """A point: numbers for weights and biases, in order, and inputs."""

    table: tuple[float, ...]
    x: tuple[float, ...]

    def of(self, net: Net) -> At:
        """With as many inputs as that network has."""
        return At(self.table, self.x[: net.sizes[0]])


def calling(net: Net, mode: str, at: At) -> Question:
    """Asks what a call at a point does; for the modes see worker/networks.py."""
    length = record.CALL_RECORD if "symbolic" in mode else record.PLAIN_CALL_RECORD
    return Question("network", ("called", net.name, net.sizes, net.nonlin, mode, at.table, at.x), length)


def called(
    ask: Ask, net: Net, mode: str, points: Sequence[At], names: Sequence[str]
) -> list[Called | Raised | None]:
    """What calls at these points do; names: those of its symbols, in the order of record.NETWORK_NAMES."""
    got = ask([calling(net, mode, at) for at in points])
    return [_looked(one, lambda reader: _called(reader, names, "symbolic" in mode)) for one in got]


def _called(read: Reader, names: Sequence[str], symbolic: bool) -> Called:
    kind, count = read.kind(), read.whole(MANY)
    seen = [(read.kind(), read.kind(), read.number()) for _ in range(OUTS)][:count]
    changes = read.whole((1 << len(record.CHANGES)) - 1)
    gradients, slopes = (
        tuple(read.number() for _ in range(read.whole(PARAMETERS + INPUTS))) for _ in range(2)
    )
    log, logged = [], read.whole(MANY)
    whole = count <= OUTS and logged <= record.CALLS
    for _ in range(min(logged, record.CALLS)):
        layer, neuron, takes, gives = read.whole(UNITS), read.whole(UNITS), read.whole(MANY), read.whole(MANY)
        outs = tuple(read.number() for _ in range(min(gives, OUTS)))
        taken = range(min(takes, INPUTS)) if symbolic else ()
        whole = whole and takes <= INPUTS and gives <= OUTS
        log.append(
            Logged(layer, neuron, tuple(_formula(read, names, record.INPUT_NODES) for _ in taken), outs)
        )
    formulas = [_formula(read, names, record.OUT_NODES) if symbolic else None for _ in seen]
    return Called(
        kind,
        count,
        tuple(Out(*one, formula) for one, formula in zip(seen, formulas, strict=True)),
        frozenset(what for place, what in enumerate(record.CHANGES) if changes >> place & 1),
        gradients,
        slopes,
        tuple(log),
        whole,
    )


def _formula(read: Reader, names: Sequence[str], nodes: int) -> Formula | None:
    tree = read.tree(names, nodes)
    try:
        return None if tree is None else algebra.normal(tree)
    except TooLarge:
        return None


def groups(module: Part, inputs: int) -> list[list[Slot]]:
    """What is changed together to measure a slope: a neuron's numbers one by one, of others whole neurons."""
    x = [Slot(f"x[{i}]", -1, "a Value", 0.0) for i in range(inputs)]
    if module.is_neuron:
        return [[slot] for slot in (*module.slots, *x)]
    return [*(list(neuron.slots) for neuron in module.neurons), x]


def symbols(module: Part) -> list[str]:
    """What a network's symbols are called: its numbers and inputs by their names, the rest as it is."""
    first: dict[int, str] = {}
    names = [first.setdefault(slot.same, slot.path) if slot.is_node else slot.path for slot in module.slots]
    names = names[:PARAMETERS] + list(record.NETWORK_NAMES[len(names) : PARAMETERS])
    return [*names, *(f"x[{i}]" for i in range(INPUTS)), *record.NETWORK_NAMES[PARAMETERS + INPUTS :]]


# ---- what it lists


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in what parameters() gives; detail: the slot, the part or the kind."""

    what: int
    detail: int
    inside: tuple[Item, ...] = ()

    def flat(self) -> Iterator[Item]:
        """It, and whatever is in it."""
        yield self
        for each in self.inside:
            yield from each.flat()


@dataclass(frozen=True, slots=True)
class Listed:
    """What parameters() gives.

    slots: how many weights and biases there are. method: whether it can be called. kind: of what it gives,
    or is. again: how many the second time. changed: whether it has changed the weights.
    """

    slots: int
    method: bool
    kind: str
    items: tuple[Item, ...]
    count: int
    again: int
    changed: bool

    @property
    def whole(self) -> bool:
        """Whether items are all that it gives; of a long list that is cut nothing is known to be missing."""
        seen = sum(1 for each in self.items for _ in each.flat())
        return len(self.items) == self.count and seen <= record.LISTED


def listing(net: Net, table: tuple[float, ...]) -> Question:
    """Asks what parameters() of a network with these numbers gives."""
    return Question("network", ("listed", net.name, net.sizes, table), record.LISTED_RECORD)


def listed(ask: Ask, net: Net, table: tuple[float, ...]) -> Listed | Raised | None:
    """What parameters() of a network with these numbers gives."""

    def read(reader: Reader) -> Listed:
        slots, method, kind = reader.whole(PARAMETERS), reader.flag(), reader.kind()
        count, again, changed = reader.whole(MANY), reader.whole(MANY), reader.flag()
        items: list[Item] = []
        left = record.LISTED
        while left > 0 and len(items) < count:
            items.append(_item(reader))
            left -= sum(1 for _ in items[-1].flat())
        return Listed(slots, method, kind, tuple(items), count, again, changed)

    return _looked(ask([listing(net, table)])[0], read)


def _item(read: Reader, depth: int = 0) -> Item:
    what, detail = read.whole(UNIT + 3), read.whole(MANY)
    most = dict.fromkeys((OWN, COPY, PLAIN), PARAMETERS) | {NESTED: record.LISTED, OTHER: 0, UNIT: MANY}
    least = -1 if what == PLAIN else 0
    if not least <= detail <= most.get(what, len(record.KINDS) - 1) or depth > DEEP:
        raise Unreadable(f"no parameter is {what}, {detail}")
    inside = tuple(_item(read, depth + 1) for _ in range(detail)) if what == NESTED else ()
    return Item(what, detail, inside)


def _looked(got: Observation, read: Callable[[Reader], T]) -> T | Raised | None:
    if isinstance(got, Raised):
        return got
    if not isinstance(got, Numbers):
        return None
    try:
        return read(Reader(got.values))
    except (Unreadable, ValueError, OverflowError):
        return None
