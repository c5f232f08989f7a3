"""Reads Neuron, Layer and MLP: what they are made of, what they compute, what they list as parameters.

The reference is looked at in the same way. Everything is compared relative to what is there: a neuron with
one weight too few is still to use relu, and layers of wrong sizes are still to follow one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isnan

from grader.autograd.reading import algebra, backward, modules, operations
from grader.autograd.reading.calls import POINTS, Inquiry, Output, Way, first_of_neuron
from grader.autograd.reading.modules import Item, Made, Net, Part, named, unique
from grader.autograd.reading.naming import COURSES, Names
from grader.autograd.reading.records import Ask, Question
from grader.autograd.reading.worker.record import COPY, KINDS, NESTED, OTHER, OWN, PLAIN, STRANGE, UNIT
from grader.model import Exercise, Finding, Raised

NETS = {
    "Neuron": [Net("Neuron", (3,), nonlin) for nonlin in (True, False)],
    "Layer": [
        Net("Layer", (3, 2)),
        Net("Layer", (3, 2), nonlin=False),
        Net("Layer", (1, 2)),
        Net("Layer", (2, 3)),
        Net("Layer", (3, 1)),
    ],
    "MLP": [Net("MLP", sizes) for sizes in ((2, 3, 1), (3, 2, 2), (2, 3, 2, 3), (3, 2))],
}
EXAMPLE = {"Neuron": (3,), "Layer": (2, 3), "MLP": (2, 3, 2, 2)}
MANY_WEIGHTS = Net("Neuron", (8,))  # enough for two neurons never to start alike by chance


def first_calls(net: Net) -> list[Question]:
    """The calls that are asked for first of a network that is made as it should be."""
    if net.name == "Neuron":
        return first_of_neuron(net)
    return [modules.calling(net, "", at.of(net)) for at in POINTS]


def read(exercise: Exercise, source: str, ask: Ask, reference: Ask) -> tuple[Finding, ...]:
    """What a class of networks does otherwise than the reference's."""
    reading = Reading(exercise, source, ask, reference)
    reading.read()
    return tuple(reading.findings.found)


class Reading(Inquiry):
    """Reads one class, network by network; what is wrong in the same way in several is said of the first."""

    def __init__(self, exercise: Exercise, source: str, ask: Ask, reference: Ask) -> None:
        super().__init__(exercise, source, ask, reference)
        self.name = exercise.defines
        self.nets = NETS[self.name]
        self.example = Net(self.name, EXAMPLE[self.name])

    def read(self) -> None:
        """Find all that can be found."""
        made: dict[Net, Made] = {}
        self._ask_much()
        for net in self.nets:
            if not net.nonlin and self.findings.has("nonlin-refused"):
                continue
            seen, wanted = self.make(net), modules.made(self.reference, net)
            if seen is None or not isinstance(wanted, Made):
                continue
            made[net] = seen
            alike = self.structure(net, seen, wanted.modules[0])
            alone = seen if alike else modules.made(self.ask, net)
            if isinstance(alone, Made) and alone.modules[0].whole and alone.modules[0].slots:
                both = alone.modules[0], wanted.modules[0]
                if self.name == "Neuron":
                    Output(self, net, *both).read()
                else:
                    Way(self, net, *both, alike, first=net in self.nets[:2]).read()
        self.start_values(made)
        self.parameters()

    def _ask_much(self) -> None:
        """Ask at once what will be asked: each time takes its time."""
        calls = [question for net in self.nets for question in first_calls(net)]
        last = [modules.making(self.example)]
        if self.name == "Neuron":
            last.append(modules.making(MANY_WEIGHTS, copies=4))
        self.ask([*(modules.making(net, copies=2) for net in self.nets), *calls, *last])
        made = [modules.making(net) for net in self.nets]
        self.reference([*made, *(calls if self.name != "Neuron" else ())])

    # ---- how it is made

    def make(self, net: Net) -> Made | None:
        """Two networks made alike; what their making raises is said."""
        got = modules.made(self.ask, net, copies=2)
        if isinstance(got, Raised):
            if not net.nonlin and "unexpected keyword" in got.error and "nonlin" in got.error:
                self.say("nonlin-refused", str(net), got.error, "def __init__(self, …, nonlin=True)")
            else:
                self.raises(str(net), got)
            return None
        return got

    def structure(self, net: Net, made: Made, wanted: Part) -> bool:
        """Say what is wrong with how it is made; whether it is as the reference's."""
        module, other = made.modules
        part = f"{net}.{net.attribute}"
        if net.name == "MLP" and made.nouts != tuple(map(float, net.sizes[1:])):
            now = ", ".join(f"{n:g}" for n in made.nouts)
            self.say("argument-changed", "nouts", f"[{now}] afterwards", str(list(net.sizes[1:])))
        if module.listed not in ("a list", "a tuple"):
            self.say("attribute", part, module.listed or "missing", "a list")
        if net.name == "Neuron" and net.nonlin and module.bias is None:
            self.findings.add("attribute", f"{net}.b", "missing", "a Value")
        strange = [p.kind for p in module.parts if p.kind]
        if strange:
            self.say("attribute", part, f"a list with {strange[0]} in it", f"a list of {net.attribute}")
        if not module.whole or strange or (net.name == "Neuron" and module.bias is None):
            return False
        shared = self.objects(net, module, other)
        if module.count != wanted.count and not shared:
            sides = [arrows(m) if net.name == "MLP" else counted(net, m.count) for m in (module, wanted)]
            self.say("count", part, *sides, count=counted(net, module.count))
        elif widths(module) != widths(wanted) and net.name == "MLP":
            self.say("sizes", part, arrows(module), arrows(wanted), things="layers")
        wide = {n.count for n in module.neurons}
        if net.name == "Layer" and wide and wide != {net.sizes[0]} and not shared:
            does = " and ".join(f"Neuron({n})" for n in sorted(wide))
            self.say("sizes", part, does, f"Neuron({net.sizes[0]})", things="neurons")
        numbers = [slot for slot in module.slots if not slot.is_node]
        if numbers:
            kinds = sorted({slot.kind for slot in numbers})
            self.say("no-value", named(module, numbers), " and ".join(kinds), "a Value")
        return _shape(module) == _shape(wanted) and not shared and not numbers

    def objects(self, net: Net, module: Part, other: Part) -> bool:
        """Say where one object stands in several places; whether other networks have it as well."""
        part, idea = f"{net}.{net.attribute}", " [thing] * n would do that: it is one object, n times."
        units = [p.same for p in module.parts]
        most = max(map(units.count, units), default=1)
        nodes = [s for s in module.slots if s.is_node]
        lists = [{s.same for s in n.slots if s.is_node} for n in unique(module.neurons)]
        if most > 1:
            thing = "Layer" if net.name == "MLP" else "Neuron"
            self.say("same-object", part, f"one {thing}, {most} times", counted(net, module.count), idea=idea)
        elif any(one & two for i, one in enumerate(lists) for two in lists[:i]):
            self.say("same-object", part, "neurons with the same weights", "weights of their own", idea="")
        elif net.name == "Neuron" and len({s.same for s in nodes}) < len(nodes):
            self.say("same-object", part, "one Value in several places", "a Value for each", idea=idea)
        both = {s.same for s in nodes} & {s.same for s in other.slots if s.is_node}
        if both:
            what = [s for s in nodes if s.same in both]
            idea = " What is made in the class body, or as a default argument, is made only once."
            does = f"the same {named(module, what)} in every {net.name}"
            self.say("same-object", part, does, f"new ones in every {net.name}", idea=idea)
        return bool(both)

    def start_values(self, made: dict[Net, Made]) -> None:
        """Say that weights start alike, within a neuron or from one neuron to the next."""
        if self.name == "Neuron":
            got = modules.made(self.ask, MANY_WEIGHTS, copies=4)
            groups = [list(got.modules)] if isinstance(got, Made) else []
        else:
            groups = [unique(one.modules[0].neurons) for one in made.values()]
        for group in groups:
            nodes = [n for n in group if n.weights and all(w.is_node for w in n.weights)]
            rows = [[w.number for w in n.weights] for n in nodes]
            self._start_values([row for row in rows if not any(map(isnan, row))])

    def _start_values(self, rows: list[list[float]]) -> None:
        part = self.example.attribute
        random = "different random numbers"
        starts = [tuple(row[:2]) for row in rows if len(row) > 1]
        if rows and all(x == 0 for row in rows for x in row):
            self.say("start-values", part, "all weights 0", random, how="all weights start at 0")
        elif self.findings.has("same-object"):
            return
        elif any(len(set(row)) == 1 and len(row) > 1 for row in rows):
            how = "all weights of a neuron start as the same number"
            self.say("start-values", part, "one number for all weights", random, how=how)
        elif len(set(starts)) < len(starts):
            how = "several neurons start with the same weights"
            self.say("start-values", part, "the same numbers in several neurons", random, how=how)
        elif rows and all(x % 1 == 0 for row in rows for x in row):
            how = "all weights start at whole numbers, of which there are few"
            self.say("start-values", part, "whole numbers only", random, how=how)

    # ---- what it lists

    def parameters(self) -> None:
        """Say what its list leaves out, repeats, or holds that it should not."""
        made = modules.made(self.ask, self.example)
        got = modules.listed(self.ask, self.example, POINTS[0].table)
        if not isinstance(made, Made) or not made.modules[0].slots or got is None:
            return
        if isinstance(got, Raised):
            self.raises(LISTING, got)
            return
        if not got.method or got.kind not in LISTS:
            does = got.kind if got.method else f"no method but {got.kind}"
            self.say("parameters-kind", LISTING, does, FLAT)
        module = made.modules[0]
        if got.kind not in LISTS or got.slots != len(module.slots) or not module.whole:
            return
        self.items(module, [item for each in got.items for item in each.flat()], got.whole)
        does, same = f"{got.count} Values, then {got.again}", "the same each time"
        if got.changed:
            self.say("parameters-others", LISTING, does, same, how="changes self.w itself")
        elif got.again != got.count:
            how = f"lists {got.count} at first and {got.again or 'nothing'} the second time"
            self.say("parameters-others", LISTING, does, same, how=how)

    def items(self, module: Part, items: Sequence[Item], whole: bool) -> None:
        """Say what stands in the list, and what is missing there where these are all of its items."""
        slots, parts = module.slots, module.parts
        units = (*parts, *module.neurons) if self.name == "MLP" else parts
        listed = [units[item.detail] for item in items if item.what == UNIT and item.detail < len(units)]
        own, copies, plain = (
            [slots[item.detail] for item in items if item.what == what and 0 <= item.detail < len(slots)]
            for what in (OWN, COPY, PLAIN)
        )
        others = [item for item in items if item.what in (OTHER, STRANGE)]
        odd = [KINDS[item.detail] for item in others if item.what == STRANGE]
        # A plain number is the network's own where a weight is one, which is said elsewhere.
        numbers = any(slot.is_node for slot in plain) or (
            all(slot.is_node for slot in slots) and any(item.what == PLAIN for item in items)
        )
        if any(item.what == NESTED for item in items):
            self.say("parameters-kind", LISTING, "a list with lists in it", FLAT)
        elif listed:
            what = "Layers" if self.name == "MLP" and listed[0] in parts else "Neurons"
            self.say("parameters-kind", LISTING, f"a list with {what} in it", FLAT)
        elif numbers or odd:
            what = "numbers" if numbers else odd[0]
            self.say("parameters-kind", LISTING, f"a list with {what} in it", FLAT)
        if copies:
            does = f"new Values in place of {named(module, copies)}"
            self.say("parameters-others", LISTING, does, "the Values themselves", how="lists copies")
        elif any(item.what == OTHER for item in others):
            how = "lists a Value that is none of the network's own"
            self.say("parameters-others", LISTING, "another Value", "the network's own Values", how=how)
        # What is listed in another form has been complained of; it is not missing as well.
        covered = {slot.same for slot in (*own, *copies, *plain, *(s for unit in listed for s in unit.slots))}
        nodes = [slot for slot in slots if slot.is_node]
        missing = named(module, [slot for slot in nodes if slot.same not in covered])
        if missing and whole and (covered or not (others or numbers)):
            does = f"all but {missing}" if covered else "nothing"
            self.say("parameters-missing", LISTING, does, named(module, nodes), what=missing)
        stands, is_listed = (Counter(slot.same for slot in some) for some in (slots, own))
        often = [slot for slot in unique(own) if is_listed[slot.same] > stands[slot.same]]
        if often:
            times = max(is_listed[slot.same] for slot in often)
            does = f"{named(module, often)} {f'up to {times}' if whole else 'many'} times"
            self.say("parameters-repeated", LISTING, does, "each once", what=named(module, often))


LISTING, FLAT = "parameters()", "a flat list of Values"
LISTS = ("a list", "a tuple", "a generator", "a set", "a dict", "something else")


def counted(net: Net, count: int) -> str:
    """A number of its parts, in words."""
    thing = {"MLP": "layer", "Layer": "neuron"}.get(net.name, "weight")
    return f"{count} {thing}{'' if count == 1 else 's'}"


def widths(module: Part) -> list[tuple[int, int]]:
    """How many inputs and outputs each layer has."""
    return [(max((n.count for n in p.neurons), default=0), p.count) for p in module.parts]


def arrows(module: Part) -> str:
    """The sizes of an MLP's layers."""
    return ", ".join(f"{nin} → {nout}" for nin, nout in widths(module)) or "no layers"


def _shape(module: Part) -> object:
    same = [slot.same for slot in module.slots]
    return [n.count for n in module.neurons], [p.count for p in module.parts], [same.index(s) for s in same]


def read_exercise(
    exercise: Exercise, source: str, ask: Ask, reference: Ask, names: Names = COURSES
) -> tuple[Finding, ...]:
    """What an exercise's code does otherwise than it should; nothing where that cannot be read.

    source: the student's file. ask, reference: put questions to an engine with the student's code, and to one
    with the solution. names: what its engine calls things.
    """
    algebra.begin()
    if exercise.attach == "backward":
        return backward.read(exercise, source, ask, names)
    if exercise.attach:
        return operations.read(exercise, source, ask, reference, names)
    if exercise.defines in NETS:
        return read(exercise, source, ask, reference)
    return ()
