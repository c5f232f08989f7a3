"""Outcomes and a rubric make a score: pure, in exact fractions; stored outcomes can be scored again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.evidence import status
from grader.model import Kind, Passed, Result, Verdict

# The first of these that any verdict has is the exercise's status.
GRAVEST_FIRST = ("timed_out", "crashed", "failed", "passed")


@dataclass(frozen=True, slots=True)
class Score:
    """Points out of the most there are, and bonus points out of theirs."""

    points: Fraction
    most: Fraction
    bonus: Fraction
    most_bonus: Fraction

    def __add__(self, other: Score) -> Score:
        return Score(
            self.points + other.points,
            self.most + other.most,
            self.bonus + other.bonus,
            self.most_bonus + other.most_bonus,
        )


NOTHING = Score(Fraction(0), Fraction(0), Fraction(0), Fraction(0))


def worth(result: Result, verdict: Verdict) -> Fraction:
    """The points one property can bring: its share of the exercise's, or a bonus of its own."""
    if verdict.claim.kind is Kind.GRADED:
        shares = sum(v.claim.share for v in result.verdicts if v.claim.kind is Kind.GRADED)
        return result.exercise.points * verdict.claim.share / shares
    return verdict.claim.share if verdict.claim.kind is Kind.BONUS else Fraction(0)


def earned(result: Result, verdict: Verdict) -> Fraction:
    """The points one property did bring."""
    return worth(result, verdict) if isinstance(verdict.outcome, Passed) else Fraction(0)


def score(result: Result) -> Score:
    """An exercise's points."""
    total = NOTHING
    for verdict in result.verdicts:
        pair = earned(result, verdict), worth(result, verdict)
        none = Fraction(0), Fraction(0)
        graded = verdict.claim.kind is Kind.GRADED
        total += Score(*(pair if graded else none), *(none if graded else pair))
    return total


def exercise_status(result: Result) -> str:
    """The exercise's one word; bonus counts only where there is nothing else, notes never."""
    graded = [v for v in result.verdicts if v.claim.kind is Kind.GRADED]
    counted = graded or [v for v in result.verdicts if v.claim.kind is Kind.BONUS]
    seen = {status(verdict.outcome) for verdict in counted}
    if seen == {"not_started"}:
        return "not_started"
    return next(word for word in GRAVEST_FIRST if word in seen)
