"""From observations to an outcome: whether the promise holds in every case, and where it plainly does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from grader.agreement import close
from grader.autograd.as_python import graph_of, labels, source
from grader.autograd.program import Expression, Program, View, judged, pack, size, unpack
from grader.course.properties import Property, keeps
from grader.examine.cases import Bank
from grader.model import (
    Counterexample,
    Crashed,
    Ended,
    Failed,
    Misfit,
    Numbers,
    Observation,
    Outcome,
    Overtime,
    Passed,
    Raised,
    TimedOut,
)

SHOWN = 12
PLACE = re.compile(r"\{(\d{1,6})\}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A case in which the promise does not hold; written where it was written down, not drawn."""

    program: Program
    expected: tuple[float, ...]
    got: Observation
    written: bool = False


def first_broken(prop: Property, bank: Bank, places: range, seen: Sequence[Observation]) -> int | None:
    """The place of the simplest case that does not hold, None where all do."""
    for place in places:
        if not holds(prop, bank, place, seen[place]):
            return place
    return None


def holds(prop: Property, bank: Bank, place: int, got: Observation) -> bool:
    """Whether one recorded case is as promised."""
    if not isinstance(got, Numbers):
        return False
    packed = bank.programs[place]
    return keeps(prop.holds, View(packed, bank.answer(place)), View(packed, got.values))


def broken(bank: Bank, place: int, got: Observation) -> Broken:
    """A recorded case with all that was seen of it."""
    return Broken(unpack(bank.programs[place]), bank.answer(place), got, bank.is_written(place))


def verdict(exercise: str, cases: int, worst: Broken | None) -> Outcome:
    """What became of a property that was tried on so many cases, the plainest broken one being worst."""
    if worst is None:
        return Passed(cases)
    got = worst.got
    match got:
        case Numbers():
            return Failed(cases, counterexample(exercise, worst, got.values))
        case Misfit(reason):
            return Failed(cases, counterexample(exercise, worst), _named(reason, worst.program))
        case Raised(error, frames):
            unread = error.startswith(("SyntaxError", "IndentationError", "TabError", "Missing: "))
            loading = unread or any(frame.endswith("in <module>") for frame in frames)
            shown = None if loading else counterexample(exercise, worst)
            return Crashed(cases, error.removeprefix("Missing: "), frames, shown)
        case Ended(reason, busy):
            return Crashed(cases, reason, (), counterexample(exercise, worst) if busy else None)
        case Overtime(limit, busy):
            return TimedOut(limit, counterexample(exercise, worst) if busy else None)
        case _:
            assert_never(got)


def _named(reason: str, program: Program) -> str:
    """The reason with each {i} replaced by the label of value i."""
    names = labels(program)
    return PLACE.sub(lambda m: names[int(m[1])] if int(m[1]) < len(names) else m[0], reason)


def counterexample(exercise: str, worst: Broken, got: tuple[float, ...] | None = None) -> Counterexample:
    """The case as a student sees it: the program, and the numbers that are worth looking at."""
    names = labels(worst.program)
    places = _worth_showing(worst, got)
    expected = tuple((names[place], worst.expected[place]) for place in places)
    shown = () if got is None else tuple((names[place], got[place]) for place in places)
    rank = (*size(worst.program), int(not worst.written))
    graph = graph_of(worst.program, worst.expected, got)
    return Counterexample(source(worst.program, exercise), expected, shown, rank, graph)


def _worth_showing(worst: Broken, got: tuple[float, ...] | None) -> list[int]:
    """Results and gradients before the data of leaves; if they are many, those that differ first."""
    program, expected = worst.program, worst.expected
    places = range(judged(pack(program), len(expected)))
    differ = {place for place in places if got is not None and not close(got[place], expected[place])}
    if isinstance(program, Expression):
        # A leaf's data is only worth a line where something has changed it.
        leaves = range(len(program.leaves))
        last = program.nodes - 1
        kept = [p for p in places if p in differ or p >= last or len(places) <= SHOWN]
        places_kept = [p for p in kept if p in differ or p not in leaves]
    else:
        places_kept = list(places)
    ranked = sorted(places_kept, key=lambda place: place not in differ)
    return sorted(ranked[:SHOWN])
