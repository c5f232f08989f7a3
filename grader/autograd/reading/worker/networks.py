"""A network as it is made, as it is called, and what it lists: each look is one record.

The neurons and layers that the code under test is made of are the reference's, so they can be watched: what a
call of theirs gives gets a name. Each look makes a network of its own.
"""

from __future__ import annotations

from .record import (
    CALLS,
    CHANGES,
    COPY,
    FOLLOWED,
    INPUT_NODES,
    INPUTS,
    LISTED,
    NAN,
    NESTED,
    NETWORK_NAMES,
    OTHER,
    OUT_NODES,
    OUTS,
    OWN,
    PARAMETERS,
    PLAIN,
    STRANGE,
    UNIT,
    UNITS,
    WEIGHTS,
    Record,
    begin,
    expression,
    follow_math,
    kind,
    lift,
    number,
    plain,
    symbol,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Sizes = tuple[int, ...]

INDICES = {name: place for place, name in enumerate(NETWORK_NAMES)}
# Each class with the attribute that holds what it is made of, and the class of that.
MADE_OF = {"Neuron": ("w", ""), "Layer": ("neurons", "Neuron"), "MLP": ("layers", "Layer")}
STEP = 1e-5
EARLIER = 0.625  # the gradient that is there before a call


class Networks:
    """Looks at one class's networks; those of the classes before it are watched while it is called."""

    def __init__(self, engine: dict[str, Any]) -> None:
        self.engine = engine
        self.value = engine["Value"]
        self.log: list[Any] | None = None
        self.symbolic = self.lenient = self.followed = False
        self.watched = ""
        self.last: tuple[Any, int] = (None, 0)
        self._keep_relu()

    def _keep_relu(self) -> None:
        """Have relu stay in a formula, instead of the branch that it took."""
        real = self.value.relu

        def relu(node: Any) -> Any:
            out = real(node)
            if self.symbolic and type(node.data) in FOLLOWED and type(plain(node.data)) in (int, float):
                out.data = lift(float(plain(out.data)), ("relu", expression(node.data)))
            return out

        self.value.relu = relu

    def run(self, look: str, name: str, *details: Any) -> list[float]:
        """One record of made, called or listed; see there."""
        if not self.watched:
            self.watched = name
            for sibling in list(MADE_OF)[: list(MADE_OF).index(name)]:
                self._watch(self.engine[sibling])
        begin()
        numbers: list[float] = getattr(self, look)(name, *details)
        return numbers

    def _watch(self, cls: Any) -> None:
        real = cls.__call__

        def call(unit: Any, x: Any) -> Any:
            log = self.log
            if log is None:
                return real(unit, x)
            given = list(x) if isinstance(x, (list, tuple)) else None
            if self.lenient and given is not None:
                wide = len(getattr(unit, "neurons", [unit])[0].w)
                x = [*given, *[self.value(0.25) for _ in range(wide)]][:wide]
            self.log = None  # what a layer calls in turn is its own affair
            try:
                out = real(unit, x)
            finally:
                self.log = log
            outs = list(out) if isinstance(out, list) else [out]
            numbers = [number(o.data) for o in outs]
            if self.symbolic:
                for place, one in enumerate(outs):
                    one.data = symbol(f"c{len(log)}.{place}", numbers[place])
            log.append((unit, [self.inside(i) for i in given or ()], numbers))
            return out

        cls.__call__ = call

    def inside(self, x: Any) -> Any:
        """How a number came about, a Value's too; an unknown operation for what is none."""
        x = x.data if isinstance(x, self.value) else x
        return expression(x) if isinstance(x, (int, float)) else ("",)

    # ---- what it is made of

    def _make(self, name: str, sizes: Sizes, nonlin: bool, nouts: list[int] | None = None) -> Any:
        if name == "MLP":
            return self.engine[name](sizes[0], list(sizes[1:]) if nouts is None else nouts)
        return self.engine[name](*sizes) if nonlin else self.engine[name](*sizes, nonlin=False)

    def _list(self, owner: Any, attribute: str) -> tuple[int, list[Any]]:
        """A list's kind, -1 for none, and what is in it; what can be read only once becomes a list."""
        things = getattr(owner, attribute, None)
        if isinstance(things, (list, tuple)):
            return kind(things, self.value), list(things)
        if things is None:
            return -1, []
        listed = []
        if hasattr(things, "__next__"):
            listed = list(things)
            setattr(owner, attribute, listed)
        return kind(things, self.value), listed

    def _units(self, name: str, module: Any) -> list[list[Any]]:
        """The neurons of each layer."""
        if name == "Neuron":
            return [[module]]
        layers = self._list(module, "layers")[1] if name == "MLP" else [module]
        return [[n for n in self._list(layer, "neurons")[1] if hasattr(n, "w")] for layer in layers]

    def made(self, name: str, sizes: Sizes, nonlin: bool, copies: int) -> list[float]:
        """Several networks, part by part; the same object has the same number throughout."""
        record = Record(INDICES)
        nouts = list(sizes[1:])
        modules = []
        for copy in range(copies):
            modules.append(self._make(name, sizes, nonlin, None if copy else nouts))
            self._only_its_own(name, modules[-1], copies == 1)
        record.put(len(nouts), *[number(n) for n in nouts[:UNITS]], *[0] * (UNITS - len(nouts)))
        seen: dict[int, int] = {}
        for module in modules:
            self._put(record, name, module, seen)
        return record.numbers

    def _put(self, record: Record, name: str, thing: Any, seen: dict[int, int]) -> None:
        attribute, part = MADE_OF[name]
        code, things = self._list(thing, attribute)
        record.put(code, len(things))
        for each in things[: UNITS if part else WEIGHTS]:
            if not part:
                self._put_number(record, each, seen)
                continue
            ours = isinstance(each, self.engine[part])
            record.put(seen.setdefault(id(each), len(seen)), ours, kind(each, self.value))
            if ours:
                self._put(record, part, each, seen)
        if name == "Neuron":
            nonlin = getattr(thing, "nonlin", None)
            record.put(bool(nonlin) if isinstance(nonlin, (bool, int)) else -1, hasattr(thing, "b"))
            self._put_number(record, getattr(thing, "b", None), seen)

    def _put_number(self, record: Record, x: Any, seen: dict[int, int]) -> None:
        is_node = isinstance(x, self.value)
        record.put(seen.setdefault(id(x), len(seen)), kind(x, self.value), number(x.data if is_node else x))

    # ---- what it computes

    def _prepared(
        self, name: str, sizes: Sizes, nonlin: bool, table: tuple[float, ...]
    ) -> tuple[Any, list[Any]]:
        """A new network that holds the table's numbers; each weight and bias, with whose it is and where."""
        module = self._make(name, sizes, nonlin)
        self._only_its_own(name, module)
        slots = []
        for neuron in [n for layer in self._units(name, module) for n in layer]:
            slots += [(neuron, place, w) for place, w in enumerate(self._list(neuron, "w")[1])]
            slots.append((neuron, -1, getattr(neuron, "b", None)))
        done = set()
        for index, (neuron, place, slot) in enumerate(slots[:PARAMETERS]):
            x = table[index % len(table)]
            x = symbol(f"p{index}", x) if self.symbolic else x
            if isinstance(slot, self.value):
                if id(slot) not in done:
                    slot.data, slot.grad = x, EARLIER
                done.add(id(slot))
            elif isinstance(slot, (int, float)) and (place < 0 or isinstance(neuron.w, list)):
                slots[index] = (neuron, place, x)
                if place < 0:
                    neuron.b = x
                else:
                    neuron.w[place] = x
        return module, slots[:PARAMETERS]

    def _only_its_own(self, name: str, module: Any, alone: bool = True) -> None:
        """From a list that all networks share, take away what the one before has put there."""
        before, length = self.last
        things = getattr(module, MADE_OF[name][0], None)
        if alone and things is before and isinstance(things, list) and len(things) > length:
            del things[:length]
        self.last = things, len(things) if isinstance(things, list) else 0

    def called(
        self,
        name: str,
        sizes: Sizes,
        nonlin: bool,
        mode: str,
        table: tuple[float, ...],
        x: tuple[float, ...],
    ) -> list[float]:
        """What a call gives, and the gradients that go back from it.

        mode: symbolic; lenient about the number of inputs; numbers instead of Values as inputs; twice, for
        the second of two calls; slopes, to have measured what gradients should be.
        """
        self.symbolic, self.lenient = "symbolic" in mode, "lenient" in mode
        if self.symbolic and not self.followed:
            self.followed = True
            follow_math()
        try:
            call = _Call(self, (name, sizes, nonlin), mode, table, x)
        finally:
            self.symbolic = False
        record = Record(INDICES)
        outs = call.outs
        record.put(kind(call.out, self.value), len(outs))
        for one in [*outs[:OUTS], *[None] * (OUTS - len(outs))]:
            data = one.data if isinstance(one, self.value) else one
            record.put(kind(one, self.value), kind(data, self.value), number(data))
        record.put(call.changes)
        gradients = [] if "symbolic" in mode or "numbers" in mode else call.gradients()
        record.put(len(gradients), *gradients)
        slopes = call.slopes() if gradients and "slopes" in mode else []
        record.put(len(slopes), *slopes)
        call.put_log(record)
        if "symbolic" in mode:
            for one in outs[:OUTS]:
                record.tree(self.inside(one), OUT_NODES)
        return record.numbers

    # ---- what it lists

    def listed(self, name: str, sizes: Sizes, table: tuple[float, ...]) -> list[float]:
        """What parameters() gives, item by item; how many at first and the second time."""
        module, slots = self._prepared(name, sizes, True, table)
        neurons = [n for layer in self._units(name, module) for n in layer]
        parts = [*(self._list(module, "layers")[1] if name == "MLP" else []), *neurons]
        weights = [list(n.w) for n in neurons]
        method = module.parameters
        got = method() if callable(method) else method
        record = Record(INDICES)
        record.put(len(slots), callable(method), kind(got, self.value))
        if got is None or not hasattr(got, "__iter__"):
            record.put(0, 0, 0)
            return record.numbers
        items = list(got)
        own = {id(slot): index for index, (_, _, slot) in reversed(list(enumerate(slots)))}
        copies = {number(getattr(slot, "data", slot)): index for index, (_, _, slot) in enumerate(slots)}
        known = {id(p): place for place, p in enumerate(parts)}
        again = len(list(method() if callable(method) else got))
        changed = [len(w) for w in weights] != [len(n.w) for n in neurons]
        record.put(len(items), again, changed)
        for item in items[:LISTED]:
            self._put_item(record, item, own, copies, known)
        return record.numbers

    def _put_item(
        self, record: Record, item: Any, own: dict[int, int], copies: dict[float, int], parts: dict[int, int]
    ) -> None:
        if isinstance(item, self.value):
            of = copies.get(number(item.data), -1)
            code = (OWN, own[id(item)]) if id(item) in own else (COPY, of) if of >= 0 else (OTHER, 0)
            record.put(*code)
        elif id(item) in parts:
            record.put(UNIT, parts[id(item)])
        elif isinstance(item, (list, tuple)) or hasattr(item, "__next__"):
            inner = list(item)[:LISTED]
            record.put(NESTED, len(inner))
            for each in inner:
                self._put_item(record, each, own, copies, parts)
        elif number(item) == number(item):
            record.put(PLAIN, copies.get(number(item), -1))
        else:
            record.put(STRANGE, kind(item, self.value))


class _Call:
    """One call of a new network, and what came of it."""

    def __init__(
        self,
        of: Networks,
        shape: tuple[str, Sizes, bool],
        mode: str,
        table: tuple[float, ...],
        x: tuple[float, ...],
    ) -> None:
        self.of, self.shape, self.mode, self.table, self.x = of, shape, mode, table, x
        module, slots = of._prepared(*shape, table)
        self.slots = [slot for _, _, slot in slots]
        self.layers = of._list(module, "layers")[1] if shape[0] == "MLP" else []
        self.units = of._units(shape[0], module)
        neurons = [n for layer in self.units for n in layer]
        self.counts = [len(n.w) + 1 for n in neurons]
        before = [(n, list(n.w), getattr(n, "b", None)) for n in neurons]
        self.inputs: list[Any] = []
        for _ in range(2 if "twice" in mode else 1):
            given = [symbol(f"x{i}", number) if of.symbolic else number for i, number in enumerate(x)]
            self.inputs = given if "numbers" in mode else [of.value(number) for number in given]
            self.log: list[Any] = []
            of.log = self.log
            try:
                self.out = module(list(self.inputs))
            finally:
                of.log = None
        self.outs = list(self.out) if isinstance(self.out, (list, tuple)) else [self.out]
        nodes = [slot for slot in self.slots if isinstance(slot, of.value)]
        changed = [
            any(number(node.grad) != EARLIER for node in nodes),
            any(w and (len(w) != len(n.w) or any(a is not b for a, b in zip(w, n.w))) for n, w, _ in before),
            any(b is not getattr(n, "b", None) and isinstance(b, of.value) for n, _, b in before),
        ]
        self.changes = sum(1 << place for place, _ in enumerate(CHANGES) if changed[place])

    def total(self) -> float:
        """A number that each output changes in its own measure."""
        return sum(place * number(getattr(out, "data", out)) for place, out in enumerate(self.outs, 1))

    def gradients(self) -> list[float]:
        """Those of its own numbers, then those of the inputs, of the total; none where it gives no Values."""
        value = self.of.value
        data = [number(out.data) if isinstance(out, value) else NAN for out in self.outs]
        if not data or any(x != x for x in data):
            return []
        nodes = [*self.slots, *self.inputs]
        for node in nodes:
            if isinstance(node, value):
                node.grad = 0.0
        root = self.outs[0]
        for place, out in enumerate(self.outs[1:], 2):
            root = root + out * place
        root.backward()
        first = {id(node): place for place, node in reversed(list(enumerate(nodes)))}
        seen = [isinstance(node, value) and first[id(node)] == place for place, node in enumerate(nodes)]
        return [number(node.grad) if there else NAN for node, there in zip(nodes, seen)]

    def slopes(self) -> list[float]:
        """What it does to the total to change a neuron's numbers; those of a single one each by itself."""
        start = self.total()
        counts = [1] * len(self.slots) if self.shape[0] == "Neuron" else self.counts
        measured, first = [], 0
        for count in counts:
            table = [v + STEP * (first <= place < first + count) for place, v in enumerate(self.table)]
            measured.append((self._again(tuple(table), self.x) - start) / STEP)
            first += count
        for chosen in range(len(self.x)) if self.shape[0] == "Neuron" else [None]:
            x = [v + STEP * (chosen in (place, None)) for place, v in enumerate(self.x)]
            measured.append((self._again(self.table, tuple(x)) - start) / STEP)
        return measured

    def _again(self, table: tuple[float, ...], x: tuple[float, ...]) -> float:
        return _Call(self.of, self.shape, self.mode, table, x).total()

    def put_log(self, record: Record) -> None:
        """Which layers and neurons were called, with what, and what they gave."""
        places: dict[int, tuple[int, int]] = {}
        for i, layer in enumerate(self.layers):
            places.setdefault(id(layer), (i, -1))
        for i, neurons in enumerate(self.units):
            for j, neuron in enumerate(neurons):
                places.setdefault(id(neuron), (i, j))
        record.put(len(self.log))
        for unit, given, outs in self.log[:CALLS]:
            record.put(*places.get(id(unit), (-1, -1)), len(given), len(outs), *outs[:OUTS])
            for inside in given[:INPUTS] if "symbolic" in self.mode else ():
                record.tree(inside, INPUT_NODES)
