"""Asks hypothesis for a smaller program that breaks a promise, once a drawn one has."""

from __future__ import annotations

from contextlib import suppress

from hypothesis.errors import HypothesisException

from grader.autograd.program import Program, size
from grader.course.properties import Property
from grader.examine.drawing import each_drawn
from grader.examine.judging import Broken
from grader.model import Ended, Numbers, Overtime
from grader.sandbox.runner import Attempt, Request

MOST_TRIES = 300


class _Broke(Exception):
    """The promise did not hold; hypothesis shrinks what raises it."""


class Shrinker:
    """Tries programs on a live attempt and keeps the smallest that breaks the promise."""

    def __init__(self, prop: Property, attempt: Attempt, start: Broken) -> None:
        self.prop = prop
        self.attempt = attempt
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
        if isinstance(got, Numbers) and self.prop.kept(program, expected, got.values):
            return
        if size(program) < size(self.smallest.program):
            self.smallest = Broken(program, expected, got)
        raise _Broke


def shrunk(prop: Property, seed: int, attempt: Attempt, start: Broken) -> Broken:
    """The smallest broken case that hypothesis finds from where it was drawn, start if there is none.

    Imports torch, which alone can answer programs that were never recorded.
    """
    from grader.autograd.oracle import answer

    shrinker = Shrinker(prop, attempt, start)
    # Hypothesis complains of code that breaks a promise only now and then: start stands.
    with suppress(_Broke, HypothesisException):
        each_drawn(prop, seed, answer, shrinker.try_out, shrink=True)
    return shrinker.smallest
