"""What was found out of an implementation, and in which ways an exercise of it is examined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.autograd.any_engine.cases import (
    FORMS,
    asked,
    bank_of,
    in_single,
    missing,
    needs_of,
    numbers_alone,
    precise,
    wrong_forms,
)
from grader.autograd.any_engine.shape import METHODS, OWN, Shape, own_names
from grader.autograd.as_python import ProgramsOverValue
from grader.autograd.program import BACKWARD, OURS, Convention
from grader.course.properties import Property
from grader.examine.cases import Bank
from grader.examine.setting import Setting
from grader.model import Exercise, Observation, Raised

# The operations by the words in their methods' names, as __add__, __radd__ and __iadd__ have them.
OPERATORS = {word: word for word in ("add", "mul", "pow", "relu", "sub", "truediv", "neg")}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out before anything is graded.

    broken: its own parts that are wrong by themselves.
    whole: its modules have to be run with their demos.
    crashing: operations after which backward() raises, where it does not after others.
    """

    shape: Shape
    broken: frozenset[str]
    whole: bool
    crashing: frozenset[str] = frozenset()


class Mode:
    """One way of examining an exercise: with our operations beside its own, or with all of its own.

    every: the cases that can be asked, and are not another part's fault. few: those that are asked are few.
    """

    def __init__(
        self, setting: Setting, found: Found, exercise: Exercise, properties: Sequence[Property], beside: bool
    ) -> None:
        self.found, self.exercise, self.beside = found, exercise, beside
        self._names = {method: own for method, (_, _, own) in found.shape.places.items()}
        lenient = self._lenient = setting.lenient
        # Operations of ours can take part in its graph only where the links of that are understood.
        self.operations = beside and bool(found.shape.graph)
        # In a class, habits of its own make nothing easier: whoever promises less, or turns something down,
        # would have less to get right. Only lenient judging goes by them. What is wrong or not there yet
        # costs its own points by either rules.
        self.convention = convention_of(found.shape, exercise, self.operations) if lenient else OURS
        self.properties = [precise(prop) for prop in properties]
        whole = bank_of(setting, exercise, properties, self.convention)
        if not found.shape.judges(exercise.name) and not self.operations:
            whole = numbers_alone(whole, self.properties)
        self._whole, self._lacking = whole, missing(found.shape, exercise.name, self.operations, lenient)
        if lenient or not found.shape.judges(exercise.name):
            self._lacking |= self._at_fault()
        # Beside right operations only those of the code's own can be wrong.
        own, one = OWN.get(exercise.name, "none"), self.operations or not lenient
        wrong = wrong_forms(found.broken) - (frozenset() if lenient else found.shape.refused)
        self.forms = frozenset(form for form in wrong if not one or form[0] == own)
        # In a class all are asked: gradients by differences are right to nine digits in most cases.
        self.few = lenient and not setting.thorough
        self._ask(self.forms)

    def is_anothers(self, seen: Observation) -> bool:
        """Whether another operation raises, before what is examined has had its turn.

        By the course's promises every operation is there, and of all parts together there is no other. What
        raises after this operation alone is its own.
        """
        asked = self._lenient and not self.exercise.own
        asked = asked and OWN.get(self.exercise.name) not in self.found.crashing
        frames = seen.frames if asked and isinstance(seen, Raised) else ()
        called = [frame.rpartition(", in ")[2] for frame in frames]
        own = {name for name in called if self._named(name) == self.exercise.name}
        return bool(called) and self._named(called[0]) is not None and not own

    def _named(self, function: str) -> str | None:
        """The exercise or further operation that a function of this name is of, if it is of one."""
        known = {own: exercise for exercise, method in METHODS.items() if (own := self._names.get(method))}
        word = function.strip("_")
        return known.get(function) or OPERATORS.get(word) or OPERATORS.get(word[1:])

    @property
    def bank(self) -> Bank:
        """The cases that are asked."""
        return self.every.few if self.few else self.every

    def _ask(self, forms: frozenset[str]) -> None:
        lacking, bank = self._lacking, self._whole
        if lacking or forms:
            bank = asked(bank, self.properties, lacking, forms)
        self.every = in_own_words(bank, self.found.shape)

    def ask_every_form(self) -> None:
        """Leave no case out for a plain number on one side."""
        self._ask(frozenset())

    @property
    def paying(self) -> list[Property]:
        """The properties in which forms that are wrong are asked all the same: they cost points there."""
        needs, places = needs_of(self.bank.request), self.bank.places
        return [p for n, p in enumerate(self.properties) if any(needs[at] & self.forms for at in places(n))]

    @property
    def in_single(self) -> list[Property]:
        """The properties, as exact as single precision is."""
        return [in_single(prop) for prop in self.properties]

    def _at_fault(self) -> frozenset[str]:
        """What is wrong in other parts, where these cannot be replaced."""
        own = OWN.get(self.exercise.name)
        if self.operations or self.exercise.own:
            return frozenset()
        broken = {part for part in self.found.broken - {*FORMS} if part != own}
        if self.exercise.name == "backward":
            broken -= {"twice", "shared"}
        elif self.found.shape.resets:
            broken -= {"twice"}
        if "**" in broken:
            broken |= {"**int", "**float", "**negative"}
        return frozenset(broken)


def in_own_words(bank: Bank, shape: Shape) -> Bank:
    """The same cases, shown as programs that run beside the implementation itself."""
    return replace(bank, subject=ProgramsOverValue(own_names(shape)))


def convention_of(shape: Shape, exercise: Exercise, beside: bool) -> Convention:
    """How an exercise's numbers come about."""
    name = {"neuron": "Neuron", "layer": "Layer"}.get(exercise.name, "MLP")
    module = shape.modules.get(name)
    resets = shape.resets and (not beside or exercise.name == BACKWARD)
    return Convention(module.activation, module.last, resets) if module else Convention(resets=resets)
