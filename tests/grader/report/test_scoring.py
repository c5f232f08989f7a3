"""Outcomes and shares make points, in exact fractions."""

from fractions import Fraction

import pytest

from grader.model import (
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Kind,
    NotStarted,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.report.scoring import (
    NOTHING,
    Score,
    absent,
    earned,
    exercise_status,
    not_begun,
    present,
    score,
    worth,
)

PASSED = Passed(3)
FAILED = Failed(3, Counterexample("", (("a.data", 1.0),), (("a.data", 2.0),), True))
CRASHED = Crashed(3, "ZeroDivisionError")
TIMED_OUT = TimedOut(5.0)
NOT_STARTED = NotStarted("add.py is still the stub")
ABSENT = NotStarted("there is no such thing here", absent=True)
LOST = [FAILED, CRASHED, TIMED_OUT, NOT_STARTED]


def verdict(outcome, share=1, kind=Kind.GRADED):
    return Verdict(Claim("name", "title", kind, Fraction(share)), outcome)


def result(*verdicts, points=10):
    return Result(Exercise("add", "a + b", Fraction(points), ()), verdicts)


def test_everything_passed_earns_exactly_the_exercises_points():
    scored = score(result(*[verdict(PASSED, share) for share in (1, 1, 1)]))
    assert (scored.points, scored.most) == (10, 10)


def test_a_third_of_ten_points_is_exactly_a_third():
    scored = score(result(verdict(PASSED), verdict(FAILED), verdict(FAILED)))
    assert scored == Score(Fraction(10, 3), Fraction(10), Fraction(0), Fraction(0))


def test_shares_scale_to_the_exercises_points():
    graded = result(verdict(PASSED, 2), verdict(FAILED, 3), verdict(PASSED, 2), points=15)
    assert [worth(graded, v) for v in graded.verdicts] == [Fraction(30, 7), Fraction(45, 7), Fraction(30, 7)]
    assert score(graded).points == Fraction(60, 7)


@pytest.mark.parametrize("outcome", LOST)
def test_what_has_not_passed_earns_nothing(outcome):
    graded = result(verdict(outcome), verdict(PASSED))
    assert earned(graded, graded.verdicts[0]) == 0
    assert score(graded).points == 5


def test_bonus_is_counted_apart():
    scored = score(result(verdict(PASSED), verdict(PASSED, 3, Kind.BONUS), verdict(FAILED, 2, Kind.BONUS)))
    assert scored == Score(Fraction(10), Fraction(10), Fraction(3), Fraction(5))


def test_bonus_does_not_dilute_the_graded_shares():
    graded = result(verdict(PASSED, 1), verdict(FAILED, 1), verdict(FAILED, 8, Kind.BONUS))
    assert score(graded).points == 5


def test_bonus_is_earned_though_nothing_else_is():
    scored = score(result(verdict(FAILED), verdict(PASSED, 3, Kind.BONUS)))
    assert (scored.points, scored.bonus) == (0, 3)


@pytest.mark.parametrize("outcome", [PASSED, *LOST])
def test_notes_count_nothing(outcome):
    note = verdict(outcome, 5, Kind.NOTE)
    graded = result(verdict(PASSED), verdict(FAILED), note)
    assert worth(graded, note) == 0
    assert score(graded) == score(result(verdict(PASSED), verdict(FAILED)))


def test_shares_that_come_to_nothing_are_worth_nothing():
    damaged = result(verdict(PASSED, 0), verdict(FAILED, 0))
    assert [worth(damaged, v) for v in damaged.verdicts] == [0, 0]
    assert score(damaged) == NOTHING


def test_an_exercise_of_bonus_alone_has_no_points_to_lose():
    scored = score(result(verdict(PASSED, 2, Kind.BONUS), points=0))
    assert scored == Score(Fraction(0), Fraction(0), Fraction(2), Fraction(2))


def test_an_exercises_own_points_are_those_without_bonus():
    graded = result(verdict(PASSED), verdict(FAILED), verdict(PASSED, kind=Kind.BONUS))
    assert score(graded).own == (5, 10)


def test_the_own_points_of_an_exercise_of_bonus_alone_are_that_bonus():
    graded = result(verdict(PASSED, 2, Kind.BONUS), verdict(FAILED, 1, Kind.BONUS))
    assert score(graded).own == (2, 3)


@pytest.mark.parametrize("outcome", [PASSED, FAILED, CRASHED, TIMED_OUT])
def test_what_was_graded_has_been_begun(outcome):
    assert not not_begun(result(verdict(outcome)))


@pytest.mark.parametrize("outcome", [NOT_STARTED, ABSENT])
def test_what_nobody_has_written_has_not_been_begun(outcome):
    assert not_begun(result(verdict(outcome)))


def test_scores_add_up_part_by_part():
    parts = Score(*map(Fraction, (1, 2, 3, 4))), Score(*map(Fraction, (10, 20, 30, 40)))
    assert sum(parts, NOTHING) == Score(*map(Fraction, (11, 22, 33, 44)))


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ([PASSED, PASSED], "passed"),
        ([PASSED, FAILED], "failed"),
        ([FAILED, CRASHED], "crashed"),
        ([CRASHED, TIMED_OUT], "timed_out"),
        ([PASSED, FAILED, CRASHED, TIMED_OUT], "timed_out"),
        ([NOT_STARTED, NOT_STARTED], "not_started"),
    ],
)
def test_status_is_that_of_the_gravest_verdict(outcomes, word):
    assert exercise_status(result(*map(verdict, outcomes))) == word
    assert exercise_status(result(*map(verdict, reversed(outcomes)))) == word


@pytest.mark.parametrize("outcome", [PASSED, FAILED, CRASHED, TIMED_OUT])
def test_not_started_only_if_all_of_it_is(outcome):
    assert exercise_status(result(verdict(NOT_STARTED), verdict(outcome))) != "not_started"


@pytest.mark.parametrize("kind", [Kind.BONUS, Kind.NOTE])
def test_neither_bonus_nor_note_changes_the_status(kind):
    assert exercise_status(result(verdict(PASSED), verdict(FAILED, 1, kind))) == "passed"
    assert exercise_status(result(verdict(FAILED), verdict(PASSED, 1, kind))) == "failed"


def test_bonus_gives_the_status_where_there_is_nothing_else():
    together = result(verdict(PASSED, 1, Kind.BONUS), verdict(FAILED, 1, Kind.BONUS), points=0)
    assert exercise_status(together) == "failed"


def test_what_is_absent_is_taken_from_the_most_alone():
    some = result(verdict(PASSED, 1), verdict(ABSENT, 2), verdict(NOT_STARTED, 3), verdict(FAILED, 4))
    assert present(some) == Score(Fraction(1), Fraction(8), Fraction(0), Fraction(0))


def test_bonus_adds_nothing_to_the_most_of_what_is_present():
    some = result(verdict(PASSED), verdict(PASSED, 3, Kind.BONUS), verdict(FAILED, 2, Kind.BONUS))
    assert present(some) == score(some)


def test_where_nothing_is_present_there_is_nothing_to_have():
    assert present(result(verdict(ABSENT), verdict(ABSENT))) == NOTHING


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [([ABSENT, ABSENT], True), ([ABSENT, NOT_STARTED], False), ([PASSED, ABSENT], False), ([FAILED], False)],
)
def test_an_exercise_is_absent_only_if_all_of_it_is(outcomes, said):
    assert absent(result(*map(verdict, outcomes))) is said


@pytest.mark.parametrize("verdicts", [[], [verdict(PASSED, 1, Kind.NOTE)]])
def test_where_nothing_counts_nothing_is_started(verdicts):
    assert exercise_status(result(*verdicts, points=0)) == "not_started"
