"""In which company an exercise is examined, and which cases can then be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.agreement import close
from grader.foreign.asking import missing, needs_of
from grader.foreign.banks import bank_of, chosen, seen_by
from grader.foreign.shape import Shape
from grader.foreign.way import OURS, Way
from grader.model import Exercise
from grader.program import BACKWARD
from grader.properties import Property
from grader.setting import Setting
from grader.view import View

# As single precision allows after some thirty operations.
RELATIVE, ABSOLUTE = 1e-4, 1e-5


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
        self.way = way_of(found.shape, exercise, beside and bool(found.shape.graph))
        self.properties = [precise(prop, found.shape.single) for prop in properties]
        whole = bank_of(setting, exercise, properties, self.way)
        # Without a graph that is understood only Neuron and Layer can be replaced, no operation.
        self.operations = beside and bool(found.shape.graph)
        lacking = missing(found.shape, exercise.name, self.operations) | self._at_fault()
        wanted = needs_of(whole) if lacking else []
        self.complete = not lacking and seen_by(exercise, self.way) == OURS
        self.bank = chosen(whole, properties, lambda p: not wanted[p] & lacking) if lacking else whole

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


def precise(prop: Property, single: bool) -> Property:
    """The property without what it would take to shrink its failures, and as exact as the numbers are."""
    if not single:
        return replace(prop, over=None)

    def holds(expected: View, got: View) -> None:
        prop.holds(expected, _rounded(expected, got))

    return replace(prop, over=None, holds=holds)


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
