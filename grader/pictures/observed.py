"""Typed expressions run: on the reference for what is expected, on a student's own parts for what is got.

Both run in workers, so that nothing of a submission ever runs here; the reference agrees with PyTorch, which
would take seconds to load for one small expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from grader.course import GIVEN, Course
from grader.errors import UsageError
from grader.examining import handed_in
from grader.judging import Broken, verdict
from grader.model import Counterexample, Exercise, NotStarted, Outcome
from grader.observation import Numbers, Observation, Raised
from grader.pictures.typed import Typed
from grader.request import Request
from grader.sandbox.cage import Cage
from grader.student import Limits, Parts, Student
from grader.submission import Submission
from grader.words import headline, places

OTHERS = "give its leaves other numbers"


@dataclass(frozen=True, slots=True)
class Observed:
    """A typed expression, run.

    shown: its graph.
    own: the exercises that are the student's; the others are the reference.
    waiting: those that would be the student's and cannot be run yet, each with why.
    trouble: why the student's parts gave no numbers, in words; empty where they did.
    """

    shown: Counterexample
    own: tuple[str, ...]
    waiting: tuple[tuple[str, str], ...]
    trouble: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where expressions are run."""

    course: Course
    cage: Cage
    limits: Limits

    def observe(self, asked: Typed, submission: Submission, only: tuple[str, ...] = ()) -> Observed:
        """What an expression gives.

        only: the exercises that may be the student's; all, where none is named.
        Raises UsageError where the expression has no value.
        """
        expected = self._expected(asked)
        offered = [part for part in self._attached() if not only or part.name in only]
        why = {part.name: handed_in(self.course, submission, part) for part in offered}
        own = tuple(name for name, reason in why.items() if reason is None)
        waiting = tuple((name, _why(reason)) for name, reason in why.items() if reason is not None)
        if not own:
            return Observed(asked.shown(expected, None), own, waiting, ())
        got = self._run(asked, submission, own)
        if isinstance(got, Numbers):
            return Observed(asked.shown(expected, got.values), own, waiting, ())
        outcome = verdict(own[0], 1, Broken(asked.program, expected, got))
        said = (headline(outcome), *places(outcome))
        return Observed(asked.shown(expected, None), own, waiting, said)

    def _expected(self, asked: Typed) -> tuple[float, ...]:
        nobody = Submission("", {}, {})
        got = self._run(asked, nobody, ())
        if isinstance(got, Raised):
            raise UsageError(
                f"the expression has no value there: {got.error}", "give its leaves other numbers"
            )
        if not isinstance(got, Numbers) or not all(map(isfinite, got.values)):
            raise UsageError("the expression's numbers are too large", OTHERS)
        return got.values

    def _run(self, asked: Typed, submission: Submission, own: tuple[str, ...]) -> Observation:
        student = Student(self.cage, self.limits, 1)
        try:
            with student.attempt(self._parts(submission, own)) as attempt:
                (seen,) = attempt.observe(Request.of([asked.program]))
                return seen
        finally:
            student.close()

    def _parts(self, submission: Submission, own: tuple[str, ...]) -> Parts:
        """The student's own parts and helper modules beside the reference's; no reference of what is own."""
        needed = self._attached()
        beside = (*self.course.names, *GIVEN)
        mine = {name: text for name, text in submission.sources.items() if name in own or name not in beside}
        given = {name: self.course.reference[name] for name in (*GIVEN, *(part.name for part in needed))}
        names = tuple((part.name, part.defines, part.attach) for part in needed)
        return Parts({**given, **mine}, names)

    def _attached(self) -> tuple[Exercise, ...]:
        """The exercises that make what expressions are made of."""
        return tuple(part for part in self.course.exercises if part.attach)


def _why(reason: Outcome) -> str:
    return "not started yet." if isinstance(reason, NotStarted) else headline(reason)
