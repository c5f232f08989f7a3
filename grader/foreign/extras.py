"""Operations that are in no exercise, checked all the same: tanh, exp, log, a - b, 1 - a and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from grader.agreement import agree
from grader.cache import recall
from grader.cases import Bank, record
from grader.examining import Examination
from grader.foreign.asking import needs_of
from grader.foreign.banks import chosen
from grader.foreign.examining import AnyExaminer
from grader.foreign.loadable import Loadable
from grader.foreign.modes import Found, all_single, in_single, precise
from grader.foreign.pasting import pasted
from grader.model import Claim, Exercise, Kind, Passed, Verdict
from grader.program import BACKWARD, Expression, Plain, Step
from grader.properties import Property
from grader.version import VERSION
from grader.view import View

NUMBERS = (0.5, 2.0, 1.25, 3.0, 0.125)
BOTH = (-2.0, *NUMBERS, -0.75)
Make = Callable[[float], Expression]


@dataclass(frozen=True, slots=True)
class Extra:
    """An operation to try: name as in reports, needs as in asking, positive where it takes no others."""

    name: str
    title: str
    needs: str
    step: Step
    leaves: int = 1
    positive: bool = False

    def programs(self) -> tuple[Expression, ...]:
        """A handful of programs: the operation alone, after another one, and with its operand used twice."""
        made = []
        for x in NUMBERS if self.positive else BOTH:
            leaves = (x, 1.5)[: self.leaves]
            last = len(leaves)
            again = (Step("*", (last, Plain(3.0))), Step("+", (last + 1, 0)))
            made.append(Expression(leaves, (self.step, Step(BACKWARD, (last,)))))
            made.append(Expression(leaves, (self.step, *again, Step(BACKWARD, (last + 2,)))))
        return tuple(made)


def _unary(name: str, positive: bool = False) -> Extra:
    return Extra(name, f"a.{name}()", name, Step(name, (0,)), positive=positive)


EXTRAS = (
    Extra("neg", "-a", "neg", Step("neg", (0,))),
    Extra("sub", "a - b", "-", Step("-", (0, 1)), leaves=2),
    Extra("rsub", "1 - a", "-left", Step("-", (Plain(1.0), 0))),
    Extra("div", "a / b", "/", Step("/", (0, 1)), leaves=2),
    Extra("rdiv", "1 / a", "/left", Step("/", (Plain(1.0), 0))),
    *(
        _unary(name)
        for name in ("tanh", "exp", "sigmoid", "sin", "cos", "tan", "abs", "atan", "sinh", "cosh")
    ),
    *(_unary(name, positive=True) for name in ("log", "sqrt")),
    *(_unary(name) for name in ("square", "reciprocal")),
)


def _holds(expected: View, got: View) -> None:
    assert agree(got.values, expected.values)


def _property(extra: Extra) -> Property:
    claim = Claim(extra.name, f"{extra.title} agrees with PyTorch", Kind.NOTE, Fraction(0))
    return Property(claim, _holds, extra.programs(), None, 0, False)


def _bank(examiner: AnyExaminer, properties: list[Property]) -> Bank:
    """The cases of all extras, answered once and kept."""
    setting = examiner.setting
    own = sha256(Path(__file__).read_bytes() + VERSION.encode()).hexdigest()[:24]

    def asked() -> Bank:
        setting.say_once("Asking PyTorch once about further operations …")
        return record(properties, 0)

    name = f"extras-{own}.cases"
    return recall(setting.cache, name, Bank.from_bytes, asked, Bank.to_bytes, setting.say_once)


def extras(examiner: AnyExaminer) -> tuple[Verdict, ...]:
    """What became of the operations that the implementation has beyond the exercises."""
    found = examiner.found
    assert isinstance(found, Found)
    there = [extra for extra in EXTRAS if extra.needs not in found.shape.refused]
    if not there or not found.shape.grad or found.shape.stubs & {"__add__", "__mul__", "backward"}:
        return ()
    properties = [_property(extra) for extra in EXTRAS]
    whole = _bank(examiner, properties)
    names = {extra.name for extra in there}
    places = {p for n, prop in enumerate(properties) if prop.claim.name in names for p in whole.places(n)}
    # What cannot be replaced and is wrong says nothing of what is tried together with it.
    wrong = frozenset() if found.shape.graph else found.broken & {"+", "*"}
    stays = {place for place in places if not needs_of(whole)[place] & wrong}
    bank = chosen(whole, properties, stays.__contains__)
    kept = [precise(prop) for prop in properties]
    beside = "extras" if found.shape.graph else ""
    attempt = examiner.loaded(
        Loadable(examiner.submission.sources, (), examiner.asked, beside, False, found.whole)
    )
    seen = attempt.observe(bank.request)
    if examiner.setting.lenient and all_single(seen):
        kept = [in_single(prop) for prop in kept]
    exercise = Exercise("extras", "further operations", Fraction(0), ())
    examination = Examination(examiner.setting, exercise, bank, kept, attempt, seen)
    verdicts = []
    for prop in kept:
        if prop.claim.name in names and bank.counts[kept.index(prop)]:
            outcome = examination.outcome(prop)
            verdicts.append(
                Verdict(prop.claim, outcome if isinstance(outcome, Passed) else pasted(outcome, found.shape))
            )
    return tuple(verdicts)
