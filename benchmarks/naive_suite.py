"""The suite one would write first: torch, hypothesis and the student's code in one pytest process.

    SUBMISSION=solutions pytest -c /dev/null -p no:cacheprovider -q benchmarks/naive_suite.py

Shared with the grader, so that only the way of grading differs: the properties with their written programs,
strategies, numbers of examples and claims; the runner that turns a program into numbers on the student's
code; the oracle's one evaluation of a program on torch. Left out, because a plain suite would not have
them: the oracle's second evaluation, processes, records, a report. Every exercise stands beside reference
siblings here, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, seed, settings

from grader.alone import engine
from grader.autograd.oracle import KINK
from grader.autograd.program import Expression, View
from grader.autograd.worker import run
from grader.course.course import here
from grader.course.properties import Property, declared_in, made
from grader.examine.cases import FEW
from grader.subject import Program, Unfit, pack

Engine = dict[str, Any]
COURSE = here()
SUBMISSION = os.environ.get("SUBMISSION", str(COURSE.root / "solutions"))
PROPERTIES = [
    pytest.param(part.name, prop, id=f"{part.name}-{prop.claim.name}")
    for part in COURSE.parts
    for prop in declared_in(COURSE.properties(part.name))
]


@cache
def parts(name: str) -> Engine:
    """The classes that an exercise's programs use."""
    return vars(engine(name, SUBMISSION))


@pytest.mark.parametrize(("name", "prop"), PROPERTIES)
def test_property(name: str, prop: Property) -> None:
    """The claim holds for every written program and for as many drawn ones as the grader draws."""
    for program in prop.first:
        compare(parts(name), prop, program, expected(program))
    if prop.over is not None:
        drawn(parts(name), prop)()


def drawn(engine: Engine, prop: Property) -> Callable[[], None]:
    """A hypothesis test of the property; seeded as the grader is, so that two runs do the same work."""
    assert prop.over is not None

    examples = min(FEW, prop.drawn)

    @seed(0)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(made(prop.over))
    def test(program: Any) -> None:
        try:
            numbers = expected(program)
        except Unfit:
            reject()
        if not prop.kink and at_kink(program, numbers):
            reject()
        compare(engine, prop, program, numbers)

    checked: Callable[[], None] = test
    return checked


def expected(program: Program) -> tuple[float, ...]:
    """What torch says, evaluated once: to allow the kink is to skip the search for unstable answers."""
    return COURSE.subject.answer(program, kink=True)


def at_kink(program: Program, numbers: tuple[float, ...]) -> bool:
    """Whether relu is asked at zero, as the numbers say; in a module both sides take the slope 0 there."""
    if not isinstance(program, Expression):
        return False
    asked = [step.operands[0] for step in program.steps if step.op == "relu"]
    return any(isinstance(node, int) and abs(numbers[node]) < KINK for node in asked)


def compare(engine: Engine, prop: Property, program: Program, numbers: tuple[float, ...]) -> None:
    """Run the program on the student's code and check the claim."""
    packed = pack(program)
    prop.holds(View(packed, numbers), View(packed, tuple(run(packed, engine))))
