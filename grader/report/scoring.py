"""Outcomes and a rubric make a score: pure, in exact fractions; stored outcomes can be scored again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from grader.model import Claim, Kind, NotStarted, Passed, Result, Verdict
from grader.report.evidence import status

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")
Rest = ParamSpec("Rest")


class _Same:
    """Equal to another only if both hold one and the same object."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.thing is other.thing


def once_each(
    most: int,
) -> Callable[
    [Callable[Concatenate[Thing, Rest], Answer]],
    Callable[Concatenate[Thing, Rest], Answer],
]:
    """Makes a pure function remember its last answers, by the identity of its first argument.

    most: how many answers are kept. A kept answer keeps its object alive, so no other can come to have
    the same identity. The other arguments have to be hashable.

    By identity, for comparing two results takes as long as rendering one. It is worth its lines: an export of
    a class asks the same of the same result many times over, and takes three times as long without.
    """

    def decorate(
        function: Callable[Concatenate[Thing, Rest], Answer],
    ) -> Callable[Concatenate[Thing, Rest], Answer]:
        @lru_cache(maxsize=most)
        def kept(same: _Same, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
            return function(same.thing, *rest, **named)  # type: ignore[arg-type]  # what _Same was given

        @wraps(function)
        def asked(thing: Thing, /, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
            return kept(_Same(thing), *rest, **named)  # type: ignore[arg-type]  # hashable, as is said above

        return asked

    return decorate


# Of these there is nothing to show: nobody has begun, or nobody can tell with what.
NOT_BEGUN = ("not_started", "not_graded")
# The first of these that any verdict has is the exercise's status.
GRAVEST_FIRST = ("not_graded", "timed_out", "crashed", "failed", "passed")

# A class has many equal results, and they are one object each: how many different ones stay scored.
KEPT = 2048


@dataclass(frozen=True, slots=True)
class Score:
    """Points out of the most there are, and bonus points out of theirs."""

    points: Fraction
    most: Fraction
    bonus: Fraction
    most_bonus: Fraction

    @property
    def own(self) -> tuple[Fraction, Fraction]:
        """The points and the most there are; bonus points where there are no others."""
        return (self.points, self.most) if self.most else (self.bonus, self.most_bonus)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.points + other.points,
            self.most + other.most,
            self.bonus + other.bonus,
            self.most_bonus + other.most_bonus,
        )


NOTHING = Score(Fraction(0), Fraction(0), Fraction(0), Fraction(0))


def not_begun(result: Result) -> bool:
    """Whether there is nothing that somebody has written and that was graded."""
    return exercise_status(result) in NOT_BEGUN


def worth(result: Result, verdict: Verdict) -> Fraction:
    """The points one property can bring: its share of the exercise's, or a bonus of its own."""
    if verdict.claim.kind is Kind.GRADED:
        shares = _shares(result)
        # A damaged gradebook may hold shares that come to nothing.
        return result.exercise.points * verdict.claim.share / shares if shares else Fraction(0)
    return verdict.claim.share if verdict.claim.kind is Kind.BONUS else Fraction(0)


def earned(result: Result, verdict: Verdict) -> Fraction:
    """The points one property did bring."""
    return worth(result, verdict) if isinstance(verdict.outcome, Passed) else Fraction(0)


@once_each(KEPT)
def score(result: Result) -> Score:
    """An exercise's points."""
    verdicts = (*result.verdicts, *result.unseen)
    passed = [v.claim for v in verdicts if isinstance(v.outcome, Passed)]
    most = result.exercise.points if _shares(result) else Fraction(0)
    points = most and most * _sum(passed, Kind.GRADED) / _shares(result)
    every = [v.claim for v in verdicts]
    return Score(points, most, _sum(passed, Kind.BONUS), _sum(every, Kind.BONUS))


@once_each(KEPT)
def present(result: Result) -> Score:
    """An exercise's points out of those for what is not absent."""
    every = (*result.verdicts, *result.unseen)
    there = [v for v in every if not (isinstance(v.outcome, NotStarted) and v.outcome.absent)]
    most = sum((worth(result, v) for v in there if v.claim.kind is Kind.GRADED), Fraction(0))
    return replace(score(result), most=most)


def absent(result: Result) -> bool:
    """Whether there is nothing of it, and need not be, in an implementation that does without."""
    outcomes = [verdict.outcome for verdict in result.verdicts]
    return all(isinstance(outcome, NotStarted) and outcome.absent for outcome in outcomes)


@once_each(KEPT)
def _shares(result: Result) -> Fraction:
    return _sum([verdict.claim for verdict in (*result.verdicts, *result.unseen)], Kind.GRADED)


def _sum(claims: Sequence[Claim], kind: Kind) -> Fraction:
    return sum((claim.share for claim in claims if claim.kind is kind), Fraction(0))


@once_each(KEPT)
def exercise_status(result: Result) -> str:
    """The exercise's one word; bonus counts only where there is nothing else, notes never.

    Where nothing counts, nothing is started.
    """
    graded = [v for v in result.verdicts if v.claim.kind is Kind.GRADED]
    counted = graded or [v for v in result.verdicts if v.claim.kind is Kind.BONUS]
    seen = {status(verdict.outcome) for verdict in counted}
    if seen <= {"not_started"}:
        return "not_started"
    return next(word for word in GRAVEST_FIRST if word in seen)
