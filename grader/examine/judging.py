"""From observations to an outcome: whether the promise holds, and the smallest case where it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from grader.course.properties import Property
from grader.examine.cases import Bank, each_drawn
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
from grader.sandbox.runner import Request, Session
from grader.subject import Program, Programs, Unanswerable, pack

MOST_TRIES = 300
MOST_SHOWN = 3  # programs that a reader will run one after the other
PLACE = re.compile(r"\{(\d{1,6})\}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A case in which the promise does not hold; written where it was written down, not drawn.

    also: what else was observed to show the program as it runs, see subject.Programs.also_asked.
    """

    program: Program
    expected: tuple[float, ...]
    got: Observation
    written: bool = False
    also: Observation | None = None


def first_broken(prop: Property, bank: Bank, places: range, seen: Sequence[Observation]) -> int | None:
    """The place of the case that is shown, None where all hold.

    That is the first that the author wrote down to teach this; where only drawn ones fail, the simplest. One
    that was never tried, for the process had ended before, shows nothing, and comes after all others.
    """
    untried = None
    for place in bank.as_taught(places):
        got = seen[place]
        if isinstance(got, Ended | Overtime) and not got.busy:
            untried = place if untried is None else untried
        elif not holds(prop, bank, place, got):
            return place
    return untried


def holds(prop: Property, bank: Bank, place: int, got: Observation) -> bool:
    """Whether one recorded case is as promised."""
    if not isinstance(got, Numbers):
        return False
    return prop.kept(bank.subject, bank.programs[place], bank.answer(place), got.values)


def broken(bank: Bank, place: int, got: Observation) -> Broken:
    """A recorded case with all that was seen of it."""
    return Broken(bank.subject.unpack(bank.programs[place]), bank.answer(place), got, bank.is_written(place))


def verdict(
    subject: Programs,
    exercise: str,
    cases: int,
    worst: Broken | None,
    before: Sequence[Program] | None = (),
) -> Outcome:
    """What became of a property that was tried on so many cases, the smallest broken one being worst.

    before: what must have run before it; None where it is right alone, and what it takes is not known.
    """
    if worst is None:
        return Passed(cases)
    got, shown = worst.got, partial(counterexample, subject, exercise, worst, before or ())
    if isinstance(got, Numbers):
        told = subject.told(worst.program, worst.expected, got.values)
        if isinstance(told, Raised):
            return Crashed(cases, told.error, told.frames, shown(got.values))
        got = told
    match got:
        case Numbers():
            said = subject.words.differs if before == () else subject.words.depends
            return Failed(cases, shown(got.values), said)
        case Misfit(reason):
            return Failed(cases, shown(misfit=True), _named(reason, subject.labels(worst.program)))
        case Raised(error, frames):
            unread = error.startswith(("SyntaxError", "IndentationError", "TabError", "Missing: "))
            loading = unread or any(frame.endswith("in <module>") for frame in frames)
            case = None if loading else shown()
            return Crashed(cases, error.removeprefix("Missing: "), frames, case)
        case Ended(reason, busy):
            return Crashed(cases, reason, (), shown() if busy else None)
        case Overtime(limit, busy):
            return TimedOut(limit, shown() if busy else None)
        case _:
            assert_never(got)


def _named(reason: str, names: Sequence[str]) -> str:
    """The reason with each {i} replaced by the label of value i."""
    return PLACE.sub(lambda m: names[int(m[1])] if int(m[1]) < len(names) else m[0], reason)


def counterexample(
    subject: Programs,
    exercise: str,
    worst: Broken,
    before: Sequence[Program] = (),
    got: tuple[float, ...] | None = None,
    misfit: bool = False,
) -> Counterexample:
    """The case as a student sees it: the program, and the numbers that are worth looking at."""
    drawn = not worst.written
    return subject.shown(worst.program, exercise, worst.expected, got, drawn, before, misfit, worst.also)


class _Broke(Exception):
    """The promise did not hold; hypothesis shrinks what raises it."""


class Shrinker:
    """Tries programs on a live attempt and keeps the smallest that breaks the promise."""

    def __init__(self, subject: Programs, prop: Property, session: Session, start: Broken) -> None:
        self.subject = subject
        self.prop = prop
        self.attempt = session
        self.smallest = start
        self.tries = 0

    def try_out(self, program: Program, expected: tuple[float, ...]) -> None:
        """Raise where the program breaks the promise; after the last try or a dead worker nothing does."""
        self.tries += 1
        if self.tries > MOST_TRIES or self.attempt.over:
            return
        (got,) = self.attempt.observe(Request.of([program]))
        if isinstance(got, Ended | Overtime):
            return
        if isinstance(got, Numbers) and self.prop.kept(self.subject, pack(program), expected, got.values):
            return
        if self.subject.size(program) < self.subject.size(self.smallest.program):
            self.smallest = Broken(program, expected, got)
        raise _Broke


def shrunk(subject: Programs, prop: Property, seed: int, session: Session, start: Broken) -> Broken:
    """The smallest broken case that hypothesis finds from where it was drawn, start if there is none.

    Asks the subject for answers that were never recorded, which may take seconds to import. Where there is
    nothing that answers, start is what can be shown.
    """
    try:
        subject.make_ready()
    except Unanswerable:
        return start
    from hypothesis.errors import HypothesisException

    shrinker = Shrinker(subject, prop, session, start)
    # Hypothesis raises where code breaks a promise in one run and not in the next: then start stands.
    with suppress(_Broke, HypothesisException):
        each_drawn(prop, seed, subject.answer, shrinker.try_out, shrink=True)
    return shrinker.smallest


def needed_before(place: int, fails: Callable[[Sequence[int]], bool]) -> tuple[int, ...] | None:
    """Which earlier programs have to run first for one to fail: none where it fails alone.

    Code that keeps something between calls, in a global name, a class or a default argument, may do a program
    right when that is run alone; then the program that is shown must not stand alone either.

    place: of the program among those that ran, each after all earlier ones.
    fails: runs the programs of some places in a fresh process, and says whether the last one fails there.
    Gives None where that many are needed that nobody would read them, or where it fails no more.
    """
    if fails([place]):
        return ()
    before = list(range(place))
    if not fails([*before, place]):
        return None
    while len(before) > 1:
        half = len(before) // 2
        # What ran last is likelier to matter.
        for part in (before[half:], before[:half]):
            if fails([*part, place]):
                before = part
                break
        else:
            return tuple(before) if len(before) < MOST_SHOWN else None
    return tuple(before)
