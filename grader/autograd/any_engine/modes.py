"""In which ways an exercise of an implementation is examined: what of it is sent, asked, read and shown."""

from __future__ import annotations

import ast
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from math import isnan
from typing import Any

from grader.agreement import close
from grader.autograd.any_engine.cases import (
    FORMS,
    RELATIVE,
    asked,
    bank_of,
    in_single,
    missing,
    needs_of,
    numbers_alone,
    of_floats,
    precise,
    wrong_forms,
)
from grader.autograd.any_engine.shape import METHODS, OWN, STAND_INS, Shape, beside, made, own_names
from grader.autograd.as_python import ProgramsOverValue, observed
from grader.autograd.program import BACKWARD, OURS, Convention, Program
from grader.autograd.program import Names as OwnNames
from grader.autograd.reading.naming import COURSES, Names, parsed
from grader.autograd.reading.records import Ask, Question
from grader.course.properties import Property
from grader.examine.cases import Bank
from grader.examine.setting import Setting
from grader.model import (
    Counterexample,
    Crashed,
    Ended,
    Exercise,
    Failed,
    Misfit,
    Numbers,
    Observation,
    Outcome,
    Raised,
)
from grader.sandbox.runner import Parts, Request, sent
from grader.submission.submission import AnyShape

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
        if lenient and found.shape.floats:
            whole = of_floats(whole, properties)
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


WORKER = "autograd.any_engine.worker"


@dataclass(frozen=True, slots=True)
class Loadable(Parts):
    """An implementation for one process; its modules are its files, by path.

    beside: what is examined with our parts beside it; empty for all of the code's own.
    networks: it will be asked about Neuron, Layer or MLP.
    whole: run modules with their demos, where nothing is found without.
    describe: it will be asked what it is.
    usual: parts that stand in go through relu, whatever the code's own go through.
    pasted: it is asked what programs give as the text that people are shown, and nothing is done to it.
    chains: to read it, its product of two nodes may be used, where no others can be made.
    """

    asked: AnyShape = AnyShape()  # noqa: RUF009 (it is frozen)
    beside: str = ""
    networks: bool = False
    whole: bool = False
    describe: bool = False
    usual: bool = False
    chains: bool = False
    pasted: bool = False

    def head(self) -> dict[str, Any]:
        """As the worker is told."""
        spared = set() if self.beside else {"siblings"}
        # What is examined is not sent along, nor what it is made into: each stands in only where it must.
        spared |= set() if self.beside and self.beside != "backward" else {"order"}
        name, module = STAND_INS.get(self.beside, ("", ""))
        spared |= {"neuron", "layer"} - {module} | (set() if module else {"stand_ins"})
        given = {
            "code": {name: code for name, code in sent(WORKER).items() if name not in spared},
            "files": dict(self.modules),
            "value": self.asked.value,
            "map": dict(self.asked.names),
            "whole": self.whole,
            "describe": self.describe,
            "rules": beside(self.beside) if self.beside else {},
            "made": made(self.beside),
            # Where it is read, what we put beside it keeps rules of the engine's own kind.
            "backward": bool(self.beside) and self.beside != "backward" and not self.reading,
            "reading": sent(self.reading) if self.reading else {},
            "chains": self.chains,
            "backward_read": bool(self.reading) and self.beside == "backward",
            "networks": self.networks,
            "stand_in": name,
            "usual": self.usual,
            "pasted": self.pasted,
        }
        return {"parts": {}, "foreign": given}


UNKNOWN = Numbers((float("nan"),))
# How nodes are linked of which backward() calls something, so that it is seen when they have their turns.
CALLED = ("closures", "given", "lazy", "shares")
# What of a power is refused, by the names that Names has for it.
EXPONENTS = {"negative": "**negative", "float": "**float"}


@dataclass(frozen=True, slots=True)
class Code:
    """One part's code.

    exercise: with the function's own name as what it defines. text: its file, of which only that function is
    left, where it stands. names: what its engine calls things.
    """

    exercise: Exercise
    text: str
    names: Names

    @classmethod
    def of(cls, shape: Shape, exercise: Exercise, sources: Mapping[str, str], lenient: bool) -> Code | None:
        """As it was found; None where it is no function in one of these files.

        lenient: what the code turns down is not asked.
        """
        place = shape.places.get(exercise.attach)
        if place is None or place[0] not in sources:
            return None
        file, line, own = place
        text = _alone(sources[file], line, own)
        if text is None:
            return None
        stem = file.rpartition("/")[2]
        alone = [path.rpartition("/")[2] for path in sources].count(stem) == 1
        refused = shape.refused if lenient else frozenset()
        names = Names(
            shape.name,
            shape.data,
            shape.grad,
            shape.operands or COURSES.operands,
            shape.rule or COURSES.rule,
            f"{shape.backward.partition('(')[0] or BACKWARD}()",
            stem if alone else "?",
            frozenset(_looked_at(sources.values())),
            lenient and shape.resets,
            f"{OWN.get(exercise.name)}right" not in refused and not shape.floats,
            frozenset(kind for kind, name in EXPONENTS.items() if name not in refused),
        )
        return cls(replace(exercise, defines=own), text, names)


def _alone(source: str, line: int, name: str) -> str | None:
    """A file with nothing but the function that begins in that line, where it stands."""
    lines = source.split("\n")
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first != line:
                continue
            last = node.end_lineno or first
            indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
            own = [each[indent:] for each in lines[first - 1 : last]]
            return "\n".join([*[""] * (first - 1), *own, *[""] * (len(lines) - last)])
    return None


def _looked_at(sources: Iterable[str]) -> Iterator[str]:
    """The attributes that anything in these files reads."""
    for source in sources:
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def cautious(ask: Ask) -> Ask:
    """The same questions, where what no line of theirs raises is not taken for theirs."""
    return partial(_asked, ask)


def _asked(ask: Ask, questions: Sequence[Question]) -> list[Observation]:
    return [UNKNOWN if isinstance(got, Raised) and not got.frames else got for got in ask(questions)]


def as_shown(case: Counterexample, program: Program, names: OwnNames) -> Request:
    """Asks what a counterexample gives as the text that it is, in a process that is Loadable.pasted.

    Its numbers are asked of the names that stand in the text, so nothing that it prints is read.
    """
    formulas = dict(observed(program, names))
    asked = [formulas[label] for label, _ in case.got or case.expected]
    return Request(marshal.dumps([(case.source, asked)]), (len(asked),))


class Given(Enum):
    """What a text gives: what is said of it, what is right, or something else."""

    AS_SAID, RIGHT, OTHERWISE = range(3)


def given(outcome: Outcome, case: Counterexample, got: Observation, single: bool) -> Given:
    """What a text has given of which an outcome says what it gives; single: in single precision."""
    if _as_said(outcome, case, got):
        return Given.AS_SAID
    if not isinstance(got, Numbers):
        return Given.OTHERWISE
    pairs = [(value, float(wanted)) for value, (_, wanted) in zip(got.values, case.expected, strict=True)]
    near = (close(a, b) or (single and abs(a - b) <= RELATIVE * max(1.0, abs(b))) for a, b in pairs)
    return Given.RIGHT if all(near) else Given.OTHERWISE


def _as_said(outcome: Outcome, case: Counterexample, got: Observation) -> bool:
    match outcome, got:
        case Failed(reason=""), Numbers(values):
            pairs = ((value, float(said)) for value, (_, said) in zip(values, case.got, strict=True))
            # What is nothing, or no number, is told as 0 or as none.
            return all(close(a, b) or (isnan(a) and (isnan(b) or not b)) for a, b in pairs)
        case Failed(), Raised(error=error):
            # Something comes in another form, and the text stops at that; but it has to begin.
            return bool(outcome.reason) and not error.startswith(("SyntaxError", "ImportError", "ModuleNot"))
        case Failed(), Numbers() | Misfit():
            return bool(outcome.reason)  # its first lines print in which other form things come
        case Crashed(error=said), Raised(error=error):
            return said.partition(":")[0] == error.partition(":")[0]
    return isinstance(outcome, Crashed) and isinstance(got, Ended)
