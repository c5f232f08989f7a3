"""Policies: each changes a score by a line of its own, in exact fractions."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.errors import CourseError
from grader.model import Claim, Counterexample, Exercise, Failed, Kind, Passed, Result, Verdict
from grader.report.report import Report, to_plain
from grader.report.rubric import LARGEST, YEARS, Attempt, Policy, adjusted, counted, read, stated, weighed

DEADLINE = datetime(2026, 12, 1, 12, tzinfo=UTC)
TEN = {"deadline": DEADLINE, "late_per_day": 10}
FAILED = Failed(3, Counterexample("", (("a.data", 1.0),), (("a.data", 2.0),), True))


def result(name, points, right):
    outcome = Passed(1) if right else FAILED
    exercise = Exercise(name, name, Fraction(points), ())
    return Result(exercise, (Verdict(Claim("c", "c", Kind.GRADED, Fraction(1)), outcome),))


def report(add=True, backward=True):
    results = (result("add", 10, add), result("backward", 30, backward))
    return Report("work", "0" * 64, 0, "none", results, None, (("grader", "1"),))


def policy(table):
    return read(table, ("add", "backward"))


def lines(made):
    return [(line.title, line.points) for line in made.adjustments]


def late_by(**time):
    return adjusted(report(), policy(TEN), DEADLINE + timedelta(**time))


def test_in_time_adds_no_line():
    made = late_by(seconds=0)
    assert lines(made) == []
    assert made.final == 40


def test_what_comes_before_the_deadline_costs_and_brings_nothing():
    assert [late_by(days=-days).final for days in (1, 9)] == [40, 40]


def test_a_second_late_is_a_day_begun():
    made = late_by(seconds=1)
    assert lines(made) == [("late, 1 day begun: 10 % less", Fraction(-4))]
    assert made.final == 36


def test_every_day_begun_costs_as_much_again():
    assert late_by(days=2, hours=1).final == 28
    assert late_by(days=2, hours=5).final == 28


def test_clocks_that_were_put_back_cost_nobody_a_day():
    assert late_by(days=1, minutes=59).final == 36
    assert late_by(days=1, hours=1).final == 32


BERLIN = {"zone": "Europe/Berlin", "late_per_day": 10}


@pytest.mark.parametrize(
    "deadline", ["2026-10-24T20:00:00+02:00", "2026-10-24T20:00:00", "2026-10-24T18:00:00Z"]
)
@pytest.mark.parametrize(
    ("handed_in", "days"),
    [
        ("2026-10-24T20:00:00+02:00", 0),
        ("2026-10-25T19:30:00+01:00", 1),  # 24.5 hours
        ("2026-10-25T20:00:00+01:00", 1),
        ("2026-10-25T20:00:01+01:00", 2),
        ("2026-10-26T19:59:00+01:00", 2),
        ("2026-11-23T20:00:00+01:00", 30),
    ],
)
def test_days_are_those_of_the_zone_over_the_end_of_summer_time(deadline, handed_in, days):
    asked = policy(BERLIN | {"deadline": datetime.fromisoformat(deadline), "late_per_day": 1})
    made = adjusted(report(), asked, datetime.fromisoformat(handed_in))
    assert made.final == 40 - Fraction(40 * days, 100)


@pytest.mark.parametrize(("time", "days"), [("11:59", 1), ("12:00", 1), ("12:01", 2)])
def test_day_over_the_beginning_of_summer_time_has_23_hours(time, days):
    asked = policy(BERLIN | {"deadline": datetime(2026, 3, 28, 12)})
    made = adjusted(report(), asked, datetime.fromisoformat(f"2026-03-29T{time}:00+02:00"))
    assert made.final == 40 - 4 * days


def test_deadline_that_clocks_show_twice_or_never_is_the_later_one():
    twice = policy(BERLIN | {"deadline": datetime(2026, 10, 25, 2, 30)})
    assert twice.deadline.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    never = policy(BERLIN | {"deadline": datetime(2026, 3, 29, 2, 30)})
    assert never.deadline.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_zone_of_a_course_comes_back_from_its_rubric():
    table = BERLIN | {"deadline": datetime(2026, 10, 25, 2, 30)}
    assert policy(table).zone.key == "Europe/Berlin"
    stored = json.loads(json.dumps(table, default=datetime.isoformat))
    assert policy(stored | {"deadline": datetime.fromisoformat(stored["deadline"])}) == policy(table)


def test_lateness_is_capped_and_says_so():
    made = adjusted(report(), policy(TEN | {"late_most": 25}), DEADLINE + timedelta(days=30))
    assert lines(made) == [("late, 30 days begun: 25 % less, the most there is", Fraction(-10))]


def test_grace_is_still_in_time_but_its_end_counts_from_the_deadline():
    graceful = policy(TEN | {"grace_minutes": 30})
    assert adjusted(report(), graceful, DEADLINE + timedelta(minutes=30)).adjustments == ()
    assert adjusted(report(), graceful, DEADLINE + timedelta(minutes=31)).final == 36


def test_time_zones_are_compared_as_moments():
    handed_in = datetime.fromisoformat("2026-12-01T13:00:00+01:00")
    assert adjusted(report(), policy(TEN), handed_in).adjustments == ()


def test_an_unknown_date_is_in_time_and_says_so():
    made = adjusted(report(), policy(TEN), None)
    assert lines(made) == [("no date of handing in is known: counted as in time", 0)]


def test_a_score_never_falls_below_zero():
    made = adjusted(report(), policy(TEN | {"late_per_day": 100}), DEADLINE + timedelta(days=9))
    assert made.final == 0


def test_weights_are_a_line_and_leave_the_most_as_it_is():
    made = adjusted(report(add=True, backward=False), policy({"weights": {"add": 3}}), None)
    assert lines(made) == [("add counts 3 times", Fraction(10))]  # 30 of 60 are 20 of 40
    assert (made.final, made.score.most) == (20, 40)


def test_weights_change_nothing_of_full_marks():
    assert adjusted(report(), policy({"weights": {"add": 3}}), None).final == 40


def test_a_weight_of_zero_leaves_the_exercise_out():
    assert adjusted(report(add=False), policy({"weights": {"add": 0}}), None).final == 40


def test_lateness_is_taken_of_the_weighted_score():
    made = adjusted(
        report(backward=False), policy(TEN | {"weights": {"add": 3}}), DEADLINE + timedelta(hours=1)
    )
    assert [points for _, points in lines(made)] == [10, -2]


def test_adjustments_stand_in_the_json_beside_the_raw_score():
    plain = to_plain(late_by(hours=1))
    assert (plain["raw_score"], plain["score"], plain["max_score"]) == (40, 36, 40)
    assert plain["adjustments"] == [{"title": "late, 1 day begun: 10 % less", "points": -4}]


def attempts(*pairs):
    return [Attempt(report(add=right), when) for right, when in pairs]


def test_best_attempt_counts_lateness_and_all():
    first, second = DEADLINE, DEADLINE + timedelta(days=5)
    found = counted(attempts((False, first), (True, second)), policy(TEN))
    assert (found.handed_in, found.report.final) == (first, 30)


def test_of_equally_good_attempts_the_earliest_counts():
    early = DEADLINE - timedelta(days=1)
    assert counted(attempts((True, early), (True, DEADLINE)), policy(TEN)).handed_in == early


def test_last_attempt_counts_where_the_course_says_so():
    later = DEADLINE + timedelta(days=5)
    made = attempts((True, DEADLINE), (True, DEADLINE), (False, later))
    found = counted(made, policy(TEN | {"attempt": "last"}))
    assert (found.handed_in, found.report.final) == (later, 15)


def test_no_table_is_no_policy():
    assert policy({}) == Policy()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"dead_line": 1}, "dead_line"),
        ({"zeal": 1, "dead_line": 1}, "knows no 'dead_line'"),
        ({"deadline": "tomorrow"}, "2026-12-01T23:59:00"),
        ({"deadline": datetime(2026, 12, 1)}, "zone"),
        ({"zone": "Europe/Bern"}, "Europe/Berlin, not 'Europe/Bern'"),
        ({"zone": "../etc/passwd"}, "zone is the name"),
        ({"zone": "Europe"}, "zone is the name"),
        ({"zone": 1}, "zone is the name"),
        ({"attempt": "first"}, "best, last"),
        ({"zone": 1, "dead_line": 1}, "knows no 'dead_line'"),
        ({"late_per_day": 120}, "percent"),
        ({"late_most": 100.5}, "percent"),
        ({"late_per_day": -1}, "late_per_day"),
        ({"late_per_day": True}, "late_per_day"),
        ({"grace_minutes": "ten"}, "grace_minutes"),
        ({"grace_minutes": float("inf")}, "grace_minutes"),
        ({"weights": {"tanh": 2}}, "tanh"),
        ({"weights": {"tanh": 2, "exp": 2}}, "names 'exp'"),
        ({"weights": [True]}, "is a table"),
        ({"weights": "add"}, "is a table"),
        ({"weights": {"add": 0, "backward": 0}}, "no exercise"),
    ],
)
def test_a_wrong_policy_is_told_in_words(table, said):
    with pytest.raises(ValueError, match=said):
        policy(table)


def test_zone_where_there_is_no_list_of_zones_is_told_with_what_to_install():
    # As on Windows, where neither the system has one nor, without tzdata, Python.
    without = "import sys; sys.modules['tzdata'] = None; "
    asked = "from grader.report.rubric import read; read({'zone': 'Europe/Berlin'}, ['add'])"
    run = subprocess.run(
        [sys.executable, "-c", without + asked],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "zone needs the list of time zones, which is not here: pip install tzdata" in run.stderr


@pytest.mark.parametrize("odd", [{"attempt": "first"}, 5, []])
def test_a_wrong_policy_of_a_course_says_in_which_file_it_stands(course, odd):
    with pytest.raises(CourseError) as raised:
        stated(replace(course, policy=odd))
    assert str(raised.value).startswith(f"{course.root / 'course.toml'}: ")


@pytest.mark.parametrize("table", [{"late_per_day": 10}, {"deadline": DEADLINE}])
@pytest.mark.parametrize("handed_in", [None, DEADLINE + timedelta(days=1)])
def test_nothing_is_late_without_a_deadline_or_without_a_price(table, handed_in):
    assert lines(adjusted(report(), policy(table), handed_in)) == []


def test_a_course_may_weigh_what_counts(course):
    assert stated(replace(course, policy={"weights": {"add": 2}})).weights == {"add": 2}


@pytest.mark.parametrize("year", [YEARS.start, YEARS.stop - 1])
def test_any_year_of_the_calendar_may_have_a_deadline(year):
    deadline = datetime(year, 6, 1, tzinfo=UTC)
    assert policy({"deadline": deadline}).deadline == deadline


@pytest.mark.parametrize("year", [YEARS.start - 1, YEARS.stop])
def test_years_beyond_are_refused(year):
    with pytest.raises(ValueError, match=f"in the year {year}"):
        policy({"deadline": datetime(year, 6, 1, tzinfo=UTC)})


def test_numbers_go_from_nothing_to_the_largest():
    assert policy({"weights": {"add": LARGEST, "backward": 0}}).weights == {"add": LARGEST, "backward": 0}
    with pytest.raises(ValueError, match="weight of add"):
        policy({"weights": {"add": LARGEST + 1}})


def test_all_of_a_policy_is_read():
    table = TEN | {"grace_minutes": 1.5, "late_most": 100, "attempt": "last", "weights": {"add": 0.1}}
    assert policy(table) == Policy(
        DEADLINE, timedelta(seconds=90), Fraction(1, 10), Fraction(1), "last", {"add": Fraction(1, 10)}
    )


def test_where_nothing_is_handed_in_only_weights_are_told():
    made = weighed(report(add=True, backward=False), policy(TEN | {"weights": {"add": 3}}))
    assert lines(made) == [("add counts 3 times", 10)]


def test_weights_of_one_are_not_told():
    made = adjusted(report(add=False), policy({"weights": {"add": 1, "backward": 2}}), None)
    assert [title for title, _ in lines(made)] == ["backward counts 2 times"]
    assert lines(adjusted(report(), policy({"weights": {"add": 1}}), None)) == []


def test_weights_are_nothing_where_what_they_leave_has_no_points():
    nothing = replace(report(), results=(result("add", 0, True), result("backward", 10, False)))
    assert lines(adjusted(nothing, policy({"weights": {"backward": 0}}), None)) == []


def test_two_days_begun_are_told_as_days():
    assert [title for title, _ in lines(late_by(days=2))] == ["late, 2 days begun: 20 % less"]


def test_at_the_most_that_lateness_costs_nothing_is_capped():
    made = adjusted(report(), policy(TEN | {"late_most": 20}), DEADLINE + timedelta(days=2))
    assert lines(made) == [("late, 2 days begun: 20 % less", -8)]
