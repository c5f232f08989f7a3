"""A class in figures: who is where, how scores spread, how items fare, what is misunderstood."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from grader.model import Adjustment, Kind, Person
from grader.report.scoring import score
from grader.report.standings import FEWEST, Bin, Standing, figures
from tests.grader.classroom.crowd import crowd
from tests.grader.render.formats.samples import (
    ADD,
    CRASHED,
    FAILED,
    FOUND,
    GUESSED,
    MUL,
    NOT_STARTED,
    PASSED,
    POW,
    a_class,
    everyone,
    graded,
    perfect,
    report,
    result,
    verdict,
)


def class_of(*reports):
    return a_class([Standing(Person(f"s{n}"), made) for n, made in enumerate(reports)])


def whole(standings, name="add"):
    return next(mark.whole for mark in figures(standings).marks if mark.whole.name == name)


def people_of(standings):
    return [standing.report for standing in standings.each() if standing.report is not None]


# Who is where


def test_everybody_is_counted_by_where_they_stand():
    seen = figures(a_class())
    assert (seen.people, seen.graded, seen.not_started, seen.troubles) == (5, 3, 1, 2)


def test_somebody_with_nothing_but_stubs_has_not_started():
    stubs = report(graded(ADD, NOT_STARTED), graded(MUL, NOT_STARTED))
    begun = report(graded(ADD, NOT_STARTED), graded(MUL, FAILED))
    assert figures(class_of(stubs, begun)).not_started == 1


def test_a_class_of_nobody_has_figures():
    seen = figures(a_class([]))
    assert (seen.people, seen.spread.median, seen.findings) == (0, None, ())
    assert [mark.whole.rate for mark in seen.marks] == [None] * 3


# How scores spread


def test_scores_are_the_final_ones():
    late = replace(perfect(), adjustments=(Adjustment("late", Fraction(-10)),))
    spread = figures(class_of(perfect(), late, late)).spread
    assert (spread.least, spread.median, spread.greatest) == (30, 30, 40)
    assert spread.mean == Fraction(100, 3)


def test_every_score_is_in_one_bin():
    standings = crowd(100)
    seen = figures(standings)
    assert sum(bin_.count for bin_ in seen.spread.bins) == seen.graded
    for bin_ in seen.spread.bins[:-1]:
        inside = [r for r in people_of(standings) if bin_.low <= r.final < bin_.high]
        assert bin_.count == len(inside)


def test_full_marks_are_in_the_last_bin():
    assert figures(class_of(perfect())).spread.bins[-1] == Bin(Fraction(38), Fraction(40), 1)


def test_bins_reach_as_far_as_policies_lead():
    more = replace(perfect(), adjustments=(Adjustment("pair", Fraction(7)),))
    last = figures(class_of(more)).spread.bins[-1]
    assert last.count == 1
    assert last.low <= 47 <= last.high


# How items fare


def test_difficulty_is_the_part_of_the_points_that_was_earned():
    half = report(graded(ADD, PASSED, FAILED))
    assert whole(class_of(half, half, report(graded(ADD, CRASHED, FAILED)))).difficulty == pytest.approx(
        1 / 3
    )


def test_what_is_not_started_counts_as_not_earned():
    item = whole(class_of(report(graded(ADD, PASSED)), report(graded(ADD, NOT_STARTED))))
    assert (item.difficulty, item.rate) == (0.5, 0.5)
    assert item.statuses == (("not_started", 1), ("passed", 1))


def test_discrimination_is_the_correlation_with_the_rest_of_the_score():
    standings = crowd(300)
    reports = people_of(standings)
    for mark in figures(standings).marks[:8]:
        mine = [
            float(score(one).points)
            for r in reports
            for one in r.results
            if one.exercise.name == mark.whole.name
        ]
        rest = [float(r.score.points) - points for r, points in zip(reports, mine, strict=True)]
        assert mark.whole.discrimination == pytest.approx(np.corrcoef(mine, rest)[0, 1])


def test_discrimination_of_a_property_is_point_biserial():
    strong = report(graded(ADD, PASSED, PASSED), graded(MUL, PASSED))
    weak = report(graded(ADD, FAILED, FAILED), graded(MUL, FAILED))
    seen = figures(class_of(*[strong, weak] * FEWEST))
    assert [item.discrimination for item in seen.marks[0].properties] == pytest.approx([1, 1])


def test_item_that_the_strong_miss_discriminates_below_zero():
    strong = report(graded(ADD, FAILED), graded(POW, PASSED))
    weak = report(graded(ADD, PASSED), graded(POW, FAILED))
    assert whole(class_of(*[strong, weak] * FEWEST)).discrimination == pytest.approx(-1)


def test_too_few_people_have_no_discrimination():
    strong = report(graded(ADD, PASSED), graded(MUL, PASSED))
    weak = report(graded(ADD, FAILED), graded(MUL, FAILED))
    assert whole(class_of(*[strong] * 5, *[weak] * (FEWEST - 6))).discrimination is None
    assert whole(class_of(*[strong] * 5, *[weak] * (FEWEST - 5))).discrimination == pytest.approx(1)


def test_item_that_is_the_same_for_all_has_no_discrimination():
    assert whole(class_of(*[perfect()] * (2 * FEWEST))).discrimination is None


def test_bonus_takes_nothing_off_the_rest():
    strong = report(result(ADD, verdict("sums", PASSED), verdict("long", PASSED, 3, Kind.BONUS)))
    weak = report(result(ADD, verdict("sums", FAILED), verdict("long", FAILED, 3, Kind.BONUS)))
    bonus = figures(class_of(*[strong, weak] * FEWEST)).marks[0].properties[1]
    assert (bonus.bonus, bonus.difficulty) == (True, 0.5)
    assert bonus.discrimination == pytest.approx(1)


def test_notes_are_no_items():
    names = {item.name for mark in figures(a_class()).marks for item in mark.properties}
    assert "sums" in names
    assert "style" not in names


def test_the_last_mark_is_there_once_anybody_has_it():
    assert figures(class_of(perfect())).marks[-1].whole.name == "together"
    assert figures(class_of(report(graded(ADD, PASSED)))).marks[-1].whole.name == "pow"


def test_equal_results_give_the_same_figures_whether_one_object_or_many():
    people = [everyone()[1] for _ in range(3 * FEWEST)]
    apart = [
        replace(one, report=replace(one.report, results=tuple(map(copied, one.report.results))))
        for one in people
    ]
    assert figures(a_class(apart)) == figures(a_class(people))


def copied(one):
    return replace(one, verdicts=tuple(replace(each) for each in one.verdicts))


# What the code does


OVERWRITES, SIGN = FOUND


def of_add(*findings):
    return report(graded(ADD, FAILED, findings=findings))


def test_findings_are_counted_the_commonest_first():
    both = report(graded(ADD, FAILED, findings=(OVERWRITES,)), graded(MUL, FAILED, findings=(SIGN,)))
    seen = figures(class_of(both, both, report(graded(MUL, FAILED, findings=(SIGN,))))).findings
    assert [(s.finding, s.name, s.people, s.exercises) for s in seen] == [
        ("sign", SIGN.name, 3, (("mul", 3),)),
        ("overwrites", OVERWRITES.name, 2, (("add", 2),)),
    ]


def test_all_findings_of_a_result_count_and_each_person_once():
    twice = (OVERWRITES, SIGN, replace(OVERWRITES, part="other.grad"))
    seen = figures(class_of(of_add(*twice), of_add(*twice))).findings
    assert [(s.finding, s.people, s.exercises) for s in seen] == [
        ("overwrites", 2, (("add", 2),)),
        ("sign", 2, (("add", 2),)),
    ]


def test_a_finding_is_one_across_exercises_and_so_is_a_person():
    both = report(graded(ADD, FAILED, findings=FOUND), graded(MUL, FAILED, findings=FOUND[:1]))
    first, second = figures(class_of(both, of_add(OVERWRITES))).findings
    assert (first.finding, first.people, first.exercises) == ("overwrites", 2, (("add", 2), ("mul", 1)))
    assert (second.finding, second.people, second.exercises) == ("sign", 1, (("add", 1),))


def test_the_commonest_formula_and_sentence_are_shown():
    others = replace(OVERWRITES, does="self.grad = 1", explanation="Another sentence.", hint="Other")
    (seen,) = figures(class_of(*[of_add(others)] * 2, of_add(OVERWRITES))).findings
    assert (seen.does, seen.wrote, seen.explanation, seen.hint) == (
        "self.grad = 1",
        2,
        "Another sentence.",
        "Other",
    )


def test_older_reports_without_a_formula_count_too():
    (seen,) = figures(class_of(of_add(GUESSED), of_add(GUESSED))).findings
    assert (seen.people, seen.does, seen.wrote) == (2, "", 0)


def test_two_old_misconceptions_of_one_id_are_two():
    other = replace(GUESSED, name="Another one.")
    assert len(figures(class_of(of_add(GUESSED), of_add(other))).findings) == 2
