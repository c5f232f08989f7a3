"""A rubric as it is stored, and back: what it says is all there, and what is none is refused in words."""

import json
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest

from grader.course.course import EVERYTHING, STUDENTS_SEE
from grader.model import Claim, Exercise, Kind
from grader.report.rubric import Rubric, from_json, of, read

ADD = Exercise("add", "a + b", Fraction(10, 3), (), False, "add", "__add__")
MUL = Exercise("mul", "a * b", Fraction(20), ("add", "pow"), False, "mul", "__mul__")
TOGETHER = Exercise("together", "All together", Fraction(0), (), True)
CLAIMS = {
    "add": (Claim("sum", "The sum", Kind.GRADED, Fraction(1, 3)), Claim("b", "B", Kind.BONUS, Fraction(2))),
    "mul": (Claim("product", "The product", Kind.GRADED, Fraction(1)),),
    "together": (Claim("engine", "The engine", Kind.BONUS, Fraction(5)),),
}
POLICY = {
    "deadline": datetime.fromisoformat("2026-12-01T23:59:00+01:00"),
    "late_per_day": 10,
    "weights": {"add": 2},
}
RUBRIC = Rubric("Course", (ADD, MUL), TOGETHER, CLAIMS, read(POLICY, ["add", "mul"]), POLICY)


def stored(**changed):
    return json.dumps(json.loads(RUBRIC.to_json()) | changed)


def test_all_that_a_rubric_says_survives_being_stored():
    assert from_json(RUBRIC.to_json()) == RUBRIC


@pytest.mark.parametrize("name", ["mul", "zeros"])
def test_the_last_exercise_of_a_course_without_a_last_mark_is_an_exercise(name):
    last = replace(MUL, name=name)
    claims = {"add": CLAIMS["add"], name: CLAIMS["mul"]}
    rubric = replace(RUBRIC, exercises=(ADD, last), together=None, claims=claims)
    assert from_json(rubric.to_json()) == rubric


def test_an_exercise_in_which_all_has_to_be_the_students_own_is_the_last_mark_whatever_it_is_called():
    last = replace(TOGETHER, name="engine")
    claims = {"add": CLAIMS["add"], "mul": CLAIMS["mul"], "engine": CLAIMS["together"]}
    rubric = replace(RUBRIC, together=last, claims=claims)
    assert from_json(rubric.to_json()) == rubric


def test_all_together_is_the_last_mark_even_where_nothing_has_to_be_the_students_own():
    rubric = replace(RUBRIC, together=replace(TOGETHER, own=False))
    assert from_json(rubric.to_json()) == rubric


@pytest.mark.parametrize("see", STUDENTS_SEE)
def test_what_students_may_see_survives_being_stored_and_is_said_only_where_it_is_not_everything(see):
    rubric = replace(RUBRIC, students_see=see)
    assert from_json(rubric.to_json()).students_see == see
    assert ("students_see" in json.loads(rubric.to_json())) is (see != EVERYTHING)


def test_a_course_states_its_own_rubric(course):
    rubric = of(course)
    assert (rubric.title, rubric.parts) == (course.title, course.parts)
    assert list(rubric.claims) == [part.name for part in course.parts]
    assert from_json(rubric.to_json()) == rubric


def test_the_last_mark_comes_after_all_exercises():
    assert RUBRIC.parts == (ADD, MUL, TOGETHER)


def test_equal_rubrics_have_one_digest_and_others_another():
    assert RUBRIC.digest == from_json(RUBRIC.to_json()).digest
    more = replace(RUBRIC, exercises=(replace(ADD, points=Fraction(10)), MUL))
    assert len({RUBRIC.digest, more.digest, replace(RUBRIC, title="Other").digest}) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[]", "this is no rubric"),
        ("[" * 100_000, "this is no rubric"),
        (stored(title=None), "None is no text"),
        (stored(claims=[]), "this is no rubric"),
        (stored(claims={}), "its claims are not those of its exercises"),
        (stored(claims=json.loads(stored())["claims"] | {"tanh": []}), "its claims are not those"),
        (stored(claims=json.loads(stored())["claims"] | {"zero": []}), "its claims are not those"),
        (stored(policy={"weights": {"together": 2}}), "which is no exercise"),
        (stored(exercises=[{}]), "this is no rubric"),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_rubric_is_refused_in_words(body, said):
    with pytest.raises(ValueError, match=said):
        from_json(body)


@pytest.mark.parametrize("own", [1, "yes", None])
def test_only_true_makes_every_part_the_students_own(own):
    exercises = json.loads(stored())["exercises"]
    exercises[0]["own"] = own
    assert not from_json(stored(exercises=exercises)).exercises[0].own
