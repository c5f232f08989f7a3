"""In which company an exercise is examined, and which cases can then be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from struct import Struct

from grader.agreement import close
from grader.foreign.asking import missing, needs_of
from grader.foreign.banks import bank_of, chosen, seen_by
from grader.foreign.shape import Shape
from grader.foreign.way import OURS, Way
from grader.model import Exercise
from grader.observation import Numbers, Observation
from grader.program import BACKWARD
from grader.properties import Property
from grader.setting import Setting
from grader.view import View

# As single precision allows after some thirty operations.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
SINGLE = Struct("f")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out before anything is graded.

    broken: its own parts that are wrong by themselves, see health.
    whole: its modules have to be run with their demos.
    """

    shape: Shape
    broken: frozenset[str]
    whole: bool


class Mode:
    """One way of examining an exercise: with our operations beside its own, or with all of its own.

    bank: the cases that can be asked, and are not another part's fault.
    """

    def __init__(
        self, setting: Setting, found: Found, exercise: Exercise, properties: Sequence[Property], beside: bool
    ) -> None:
        self.found, self.exercise, self.beside = found, exercise, beside
        lenient = setting.lenient
        # What a submission says of itself makes nothing easier, unless somebody wants it so.
        self.way = way_of(found.shape, exercise, beside and bool(found.shape.graph)) if lenient else OURS
        self.properties = [precise(prop) for prop in properties]
        whole = bank_of(setting, exercise, properties, self.way)
        # Without a graph that is understood only Neuron and Layer can be replaced, no operation.
        self.operations = beside and bool(found.shape.graph)
        lacking: frozenset[str] = frozenset()
        if lenient:
            lacking = missing(found.shape, exercise.name, self.operations) | self._at_fault()
        wanted = needs_of(whole) if lacking else []
        self.complete = not lacking and seen_by(exercise, self.way) == OURS
        self.bank = chosen(whole, properties, lambda p: not wanted[p] & lacking) if lacking else whole

    @property
    def in_single(self) -> list[Property]:
        """The properties, as exact as single precision is."""
        return [in_single(prop) for prop in self.properties]

    def _at_fault(self) -> frozenset[str]:
        """What is wrong in other parts, where these cannot be replaced."""
        own = {"add": "+", "mul": "*", "pow": "**", "relu": "relu"}.get(self.exercise.name)
        if self.operations or self.exercise.own:
            return frozenset()
        broken = {part for part in self.found.broken if part != own}
        if self.exercise.name == "backward" or self.found.shape.resets:
            broken -= {"twice", "shared"}
        if "**" in broken:
            broken |= {"**int", "**float", "**negative"}
        return frozenset(broken)


def way_of(shape: Shape, exercise: Exercise, beside: bool) -> Way:
    """The way in which an exercise's numbers come about."""
    name = {"neuron": "Neuron", "layer": "Layer"}.get(exercise.name, "MLP")
    module = shape.modules.get(name)
    resets = shape.resets and (not beside or exercise.name == BACKWARD)
    return Way(module.activation, module.last, resets) if module else Way(resets=resets)


def precise(prop: Property) -> Property:
    """The property without what it would take to shrink its failures."""
    return replace(prop, over=None)


def in_single(prop: Property) -> Property:
    """The property as exact as single precision is."""

    def holds(expected: View, got: View) -> None:
        prop.holds(expected, _rounded(expected, got))

    return replace(prop, holds=holds)


def all_single(seen: Sequence[Observation]) -> bool:
    """Whether single precision holds every number that was observed, wherever it was looked at."""
    numbers = [number for each in seen if isinstance(each, Numbers) for number in each.values]
    return bool(numbers) and all(map(_is_single, numbers))


def _is_single(number: float) -> bool:
    if not isfinite(number):
        return True  # a gradient on the way that is no number; nothing agrees with it
    try:
        return bool(SINGLE.unpack(SINGLE.pack(number))[0] == number)
    except OverflowError:
        return False


def _rounded(expected: View, got: View) -> View:
    """What was observed, with what single precision cannot tell from the expected taken for it."""
    largest = max((abs(x) for x in expected.values), default=0.0)
    near = View.__new__(View)
    near.packed = got.packed
    near.values = tuple(
        e if abs(g - e) <= RELATIVE * abs(e) + ABSOLUTE * max(1.0, largest) or close(g, e) else g
        for e, g in zip(expected.values, got.values, strict=True)
    )
    return near
